import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Patch } from "emulator/runtime/patch";
import { repositoryRoot } from "../../repository.ts";
import { museum } from "../mutants/museum.ts";
import type { Mutant } from "../mutants/mutant.ts";

/** The saga of a published system: its ladder, written afresh, and the ways in which its steps differ from ours. */
export type Rival = Mutant & {
  /** Where such a saga was read. Its code is its authors', and not here. */
  seenIn: string;
};

const LADDER = "services/orders/src/saga/fulfil-order.ts";
const OURS =
  /^ {2}rungs: \[\n[\s\S]*?^ {2}\],/m.exec(
    readFileSync(join(repositoryRoot, LADDER), "utf8").replaceAll("\r\n", "\n"),
  )?.[0] ?? "";

const withLadder = (rungs: string): Patch => ({
  file: LADDER,
  find: OURS,
  replace: `  rungs: [\n${rungs}\n  ],`,
});

/** The differences of some mutants, in one shop. */
const as = (...names: string[]): Patch[] =>
  names.flatMap((name) => {
    const found = museum.find((mutant) => mutant.name === name);
    if (!found) throw new Error(`There is no mutant ${name}.`);
    return [...(found.patches ?? [])];
  });

/** Sagas of published systems, each beside the one thing that it leaves out. */
export const rivals: Rival[] = [
  {
    name: "unconditional reserve",
    seenIn: "a vendor's saga definition",
    defect: "The stock of a product is a sum that each order is taken off, whatever there is.",
    patches: as("reserved-without-asking-the-shelf"),
  },
  {
    name: "charge without a key",
    seenIn: "a vendor's saga definition, an SST shop",
    defect: "A charge has no key, and one that timed out counts as not charged.",
    patches: as("charged-without-a-key", "time-out-counts-as-a-no"),
  },
  {
    name: "undo registered after success",
    seenIn: "a saga sample in TypeScript",
    defect:
      "A step is undone if it answered that it succeeded; an undo that fails is logged, and the saga ends.",
    patches: as("failed-step-not-undone", "undo-fails-in-silence"),
  },
  {
    name: "undo in the order of the steps",
    seenIn: "a helper library for sagas",
    defect: "Undos run from the first step on.",
    patches: as("undo-in-the-order-of-the-steps"),
  },
  {
    name: "charge first",
    seenIn: "an SST shop",
    defect:
      "The customer is charged before goods are held and before the order is sure; nothing but a refund by hand undoes it.",
    patches: [
      withLadder(`    { undo: "RejectOrder" },
    { do: "AuthorizePayment", undo: "VoidPayment", answersWithin: 30 },
    { do: "CapturePayment" },
    { do: "ReserveStock", undo: "ReleaseStock" },
    { do: "ConfirmOrder", pivot: { or: "AbandonOrder" } },
    { do: "CommitStock" },`),
    ],
  },
  {
    name: "no retries, no keys, no catch",
    seenIn: "two workshops",
    defect:
      "No task is tried again, an undo's failure is caught by nothing, an execution's name has the time in it.",
    patches: as("no-task-is-tried-again", "undo-fails-in-silence", "execution-name-has-the-time"),
  },
  {
    name: "a second token, the first answer",
    seenIn: "a large sample app",
    defect:
      "After a time-out the request goes out again under a new token, and the answer goes to the first.",
    patches: as("answer-under-the-first-token"),
  },
  {
    name: "refund and forget",
    seenIn: "a booking sample",
    defect: "Money that is to go back is asked for once, and nobody looks whether it went.",
    patches: as("refund-asked-for-and-forgotten"),
  },
];
