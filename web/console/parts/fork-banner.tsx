import { useSignalEffect } from "@preact/signals";
import { lost } from "../live.ts";
import { beside } from "../route.ts";
import { forks } from "../state.ts";
import { shortTime } from "../words.ts";

/** Says of a fork's console that it is one, from when, and where its original is. */
export const ForkBanner = () => {
  const { forkOf } = forks.value.value;
  useSignalEffect(() => {
    const of = forks.value.value.forkOf;
    if (of) document.title = `Fork from ${shortTime(of.at)}, Serverless Pet Store`;
  });
  if (!forkOf) return null;
  const { api, at } = forkOf;
  return (
    <p class="fork-banner" role="note">
      <span aria-hidden="true">▲</span>
      {lost.value ? (
        <strong>This fork does not answer: it was stopped, or its original was.</strong>
      ) : (
        <strong>
          This is a fork of {api} at {shortTime(at)} UTC.
        </strong>
      )}{" "}
      <span>What is done here is not done there.</span>{" "}
      <a href={beside(`${api}/console/`)}>To the original</a>
    </p>
  );
};
