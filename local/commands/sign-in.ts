import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../repository.ts";

const runningFile = join(scratch, "running.json");

const signIn = async (): Promise<number> => {
  const [name] = process.argv.slice(2);
  const fail = (sentence: string) => {
    process.stderr.write(`${sentence}\n`);
    return 2;
  };
  if (!name) return fail("Who? `pnpm sign-in alice` (or bob, carol, admin).");
  if (!existsSync(runningFile))
    return fail("No local cloud is running: start it with `npm start`.");
  const { api, token: key } = JSON.parse(readFileSync(runningFile, "utf8"));
  const response = await fetch(
    `${api}/_local/token/${encodeURIComponent(name)}?format=json&token=${key}`,
  ).catch(() => undefined);
  if (!response)
    return fail(`Nothing answers at ${api}: start the local cloud with \`npm start\`.`);
  const { token, message } = (await response.json()) as Record<string, string>;
  if (!response.ok) return fail(message ?? "Refused.");
  process.stdout.write(`${token}\n`);
  return 0;
};

process.exitCode = await signIn();
