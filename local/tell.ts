import type { Fact } from "emulator/kernel/cloud";
import { tellCodeChange } from "emulator/runtime/code-changes";
import { tellDenial } from "emulator/services/iam/denial";
import { createErrorTeller } from "./function-errors.ts";
import { type Loss, lossOf } from "./losses.ts";

/** What is wrong with what somebody wrote or called, each in a line that is said once. */
const troubleOf = (fact: Fact): string | undefined => {
  switch (fact.kind) {
    case "iam.denied":
      return tellDenial(fact);
    case "connection-refused":
    case "refused-address":
      return `Refused: ${fact.function ?? fact.from} asked for ${fact.host ?? fact.url}, which is not on this machine.`;
    case "defect":
      return `Defect in the emulator (${fact.where}): ${fact.message}`;
    default:
      return undefined;
  }
};

const standing = (names: string[]) => {
  if (names.length > 1) return `One of ${names.join(", ")}`;
  return names[0] ?? "Code of a function that is no more";
};

/** What is said of facts, to somebody who cannot read all of them. */
export type Teller = {
  /** What should be said of a fact, if anything: of each kind of loss the first, and then when there are ten times as many. */
  hear: (fact: Fact) => string | undefined;
  /** What has become more since it was said last, for the end. */
  rest: () => string[];
};

/** So many lines are remembered, not to be said again. */
const MOST_SAID = 1_000;

export type TellerOptions = {
  /** Whether to say what functions log, too. */
  logs?: boolean;
  /** The name under which `npm run redrive` knows a queue, by its ARN; undefined for one that it does not know. */
  redriven?: (arn: string) => string | undefined;
};

/** Makes a teller for the AWS endpoint at an address. */
export const createTeller = (
  awsUrl: string,
  { logs = false, redriven = () => undefined }: TellerOptions = {},
): Teller => {
  const errorOf = createErrorTeller();
  const said = new Set<string>(); // a denied call is tried again and again; once is enough to know
  const told = new Map<string, { count: number; next: number; said: number; loss: Loss }>();
  const port = `--port ${new URL(awsUrl).port}`;
  const queueUrl = (arn: string) => `${awsUrl}/${arn.split(":").slice(4).join("/")}`;

  /** What line looks at it, and sends it on where that can be done. */
  const lookAt = ({ look, waitsIn }: Loss) => {
    const queue = waitsIn && redriven(waitsIn);
    return queue
      ? `Look: npm run redrive -- ${queue} ${port} --dry-run (without --dry-run it goes where it was going)`
      : `Look: npm run aws -- ${port} ${look}`;
  };

  const count = (loss: Loss): string | undefined => {
    const before = told.get(loss.key);
    const sum = (before?.count ?? 0) + loss.count;
    let next = before?.next ?? 1;
    const due = sum >= next;
    while (next <= sum) next *= 10;
    told.set(loss.key, { count: sum, next, said: due ? sum : (before?.said ?? 0), loss });
    if (!due) return undefined;
    return before ? `Again: ${loss.more(sum)}, by now.` : `${loss.first} ${lookAt(loss)}`;
  };

  return {
    hear(fact) {
      if (fact.kind === "log" && logs) return `${fact.function}  ${fact.line}`;
      if (fact.kind === "log" || fact.kind === "invocation-ended") return errorOf(fact);
      if (fact.kind === "thread-stands-still")
        return `${standing(fact.functions as string[])} computes and never waits; the others go on in another thread.`;
      const change = tellCodeChange(fact);
      if (change) return change;
      const loss = lossOf(fact, queueUrl);
      if (loss) return count(loss);
      const trouble = troubleOf(fact);
      if (trouble === undefined || said.has(trouble)) return undefined;
      if (said.size >= MOST_SAID) said.clear();
      said.add(trouble);
      return trouble;
    },
    rest: () =>
      [...told.values()]
        .filter(({ count, said }) => count > said)
        .map(({ count, loss }) => `In all: ${loss.more(count)}.`),
  };
};
