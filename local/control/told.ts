import { CannotStart } from "emulator/kernel/refusals";

/** What a command did to the shop, and what one should see next: a plain sentence each. */
export type Told = {
  said: string;
  next: string;
  /** What it was asked to list, a line each. */
  list?: string[];
  /** The address of what it opened, for a page that goes there. */
  opened?: string;
  /** The lines of the AWS CLI that do the same on a stage, where AWS has it. */
  aws?: string[];
};

/** Refuses a command, in one sentence for whoever typed it. */
export const refuse = (sentence: string): never => {
  throw new CannotStart(sentence);
};

/** "1 order", "3 orders". */
export const plural = (count: number, thing: string) =>
  `${count} ${thing}${count === 1 ? "" : "s"}`;
