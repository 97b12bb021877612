import type { Fact } from "emulator/kernel/cloud";
import { tellDenial } from "emulator/services/iam/denial";
import type { Shop } from "../shop.ts";

const tells: Record<string, (fact: Fact) => string> = {
  "iam.denied": tellDenial,
  "refused-address": ({ from, url }) => `${from} asked for ${url}`,
  "connection-refused": (fact) => `${fact.function} asked for ${fact.host}`,
  "event-dropped": (fact) => `an event was dropped: ${JSON.stringify(fact)}`,
  "records-dropped": (fact) => `stream records were dropped: ${JSON.stringify(fact)}`,
  "records-lost": (fact) => `stream records were lost: ${JSON.stringify(fact)}`,
  "destination-failed": (fact) => `a destination failed: ${JSON.stringify(fact)}`,
  defect: ({ where, message }) => `defect in the local cloud (${where}): ${message}`,
};

/** Hears of everything that is denied, refused or dropped from now on. Answers how to read it. */
export const hearMishaps = (local: Shop): (() => string[]) => {
  const heard: string[] = [];
  local.cloud.observe((fact) => {
    const tell = tells[fact.kind];
    if (tell) heard.push(tell(fact));
  });
  return () => [...heard];
};
