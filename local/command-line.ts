import { constants } from "node:os";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CannotStart } from "emulator/kernel/refusals";
import { stageRefusal } from "../infra/stage-names.ts";
import { refuseTakenByNpm } from "./taken-by-npm.ts";

/**
 * What a command was told, as parseArgs has it. Throws CannotStart, in one sentence, for what the command does not know, and
 * for what npm kept from it.
 */
export const optionsOf = <T extends ParseArgsConfig>(config: T) => {
  refuseTakenByNpm(config.options ?? {}, config);
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(". ");
    throw new CannotStart(`${sentence}. Try --help.`);
  }
};

/** The stage that a command was told. Throws CannotStart for what can be none: an empty variable in a script, for one. */
export const stageNamed = (stage: string): string => {
  const refusal = stageRefusal(stage);
  if (refusal) throw new CannotStart(refusal);
  return stage;
};

/** Lets a command end what it began when its reader hangs up before, as `| head` does. */
export const goOnUnread = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
};

/** What is no defect of ours: the disk is full, or something may not be read or written. */
const MACHINE = [
  ...["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"],
  ...["EMFILE", "ENFILE", "ENOTDIR", "EISDIR", "EEXIST"],
];

/** What went wrong: one sentence where the user can mend it, else all that is known. */
const tellError = (error: unknown): { known: boolean; text: string } => {
  if (error instanceof CannotStart) return { known: true, text: error.message };
  if (!(error instanceof Error)) return { known: false, text: String(error) };
  const { code = "" } = error as NodeJS.ErrnoException;
  if (MACHINE.includes(code))
    return { known: true, text: `This machine refuses: ${error.message}.` };
  return { known: false, text: error.stack ?? String(error) };
};

/** A command that a signal broke off, when it has tidied up: it ends with the code that shells give to that. */
export class BrokenOff extends CannotStart {
  override name = "BrokenOff";
  readonly signal: NodeJS.Signals;
  constructor(signal: NodeJS.Signals, sentence: string) {
    super(sentence);
    this.signal = signal;
  }
}

/**
 * Ends a command on an error: with 2 and one sentence where the user can mend it, with 128 and the signal's number where
 * one broke it off, else with 1 and all that is known.
 */
export const endOn = (error: unknown): never => {
  const { known, text } = tellError(error);
  process.stderr.write(`${text}\n`);
  if (error instanceof BrokenOff) process.exit(128 + constants.signals[error.signal]);
  process.exit(known ? 2 : 1);
};
