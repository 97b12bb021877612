import { ask } from "../ask.ts";
import { attempt, say } from "../state.ts";
import { awsLine } from "../terminal.ts";

/** What the shop did. */
export type Told = { said: string; next: string; aws?: string };

/** Asks the shop to do something, and says what came of it. */
export const act = <T extends Told>(path: string, body: object): Promise<T | undefined> =>
  attempt(async () => {
    const told = await ask<T>(path, { body });
    const { said, next, aws } = told;
    say({ text: said, next, ...(aws && { line: awsLine(aws) }) });
    return told;
  });
