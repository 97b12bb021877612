import { type Died, startWorkers } from "../workers.ts";
import type { Part } from "./parts.ts";
import { leftOf, notBegun, type Proof, type Standing, takeDown } from "./standing.ts";
import type { Asked, Ran } from "./worker.ts";

const program = new URL("./worker.ts", import.meta.url);

/** A part that has broken so often is not gone on with. */
const MOST_BROKEN = 20;

/** Runs what is left of a part until its time is over, and writes down what comes of it. */
export const runPart = async (
  part: Part,
  standing: Standing,
  proof: Proof,
  {
    workers: count,
    until,
    stop,
    told,
  }: { workers: number; until: number; stop: AbortSignal; told: () => void },
): Promise<void> => {
  const next = leftOf(standing, part.tasks.count);
  const reached = new Set(proof.reached);
  const same = part.sameAs === undefined ? undefined : (proof.parts[part.sameAs] ?? notBegun());
  const give = (): Asked | undefined => {
    if (performance.now() > until || stop.aborted || standing.broken.length >= MOST_BROKEN) return;
    const index = next();
    // Without the other part's there is nothing to compare with.
    if (index === undefined || (same && !same.hashes[index])) return;
    return { index, task: part.tasks.at(index) };
  };
  let first = give();
  if (!first) return;
  const workers = startWorkers<Asked, Ran>(program, count);
  stop.addEventListener("abort", workers.stop, { once: true });
  const giveNext = () => {
    const asked = first ?? give();
    first = undefined;
    return asked;
  };
  await workers.run(giveNext, (ran: Ran | Died<Asked>) => {
    if ("died" in ran) {
      const { index, task } = ran.asked;
      const broken = [
        `${JSON.stringify(task)} ended with an error that nobody caught: ${ran.died}`,
      ];
      takeDown(standing, { index, count: 0, ms: 0, broken });
    } else {
      if (same && same.hashes[ran.index] !== ran.hash)
        ran.broken.push(`task ${ran.index} was another story before`);
      takeDown(standing, ran);
      for (const one of ran.reached) reached.add(one);
      proof.reached = [...reached].sort();
    }
    told();
  });
  stop.removeEventListener("abort", workers.stop);
};
