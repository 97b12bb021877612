import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { claims, type Outcome, tryClaims } from "./claims.ts";
import { openLab } from "./lab.ts";
import { openLocalLab } from "./local-lab.ts";
import { reportOf } from "./report.ts";

const help = `Puts what AWS documents to the test, with AWS's own clients.

  --endpoint <url>    the endpoint to test, with the credentials of the environment; "aws" is AWS itself, where it
                      creates resources under names of its own, and removes them (an emulator of its own)
  --role-arn <arn>    a role that Lambda, Step Functions and Scheduler may assume, and that may use SQS, DynamoDB
                      Streams and Step Functions; without one, what needs it is not tried
                      (on \`npm start\`: arn:aws:iam::123456789012:role/administrator)
  --region <name>     (AWS_REGION, or us-east-1)
  --only <text>       only claims whose id begins so: sqs, or sqs/visibility
  --write             write docs/local-vs-aws.md from what an emulator of its own does
  --json              print one line of JSON per claim on standard output instead of a table
  --help              this text
`;

const page = fileURLToPath(new URL("../../docs/local-vs-aws.md", import.meta.url));
const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (text: string) => process.stderr.write(`${text}\n`);

const readOptions = () =>
  parseArgs({
    options: {
      endpoint: { type: "string" },
      "role-arn": { type: "string" },
      region: { type: "string", default: process.env.AWS_REGION ?? "us-east-1" },
      only: { type: "string", default: "" },
      write: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  }).values;

const open = async (options: ReturnType<typeof readOptions>) => {
  const { endpoint, region } = options;
  if (endpoint === undefined) return openLocalLab();
  const lab = await openLab({
    ...(endpoint !== "aws" && { endpoint }),
    region,
    role: options["role-arn"],
    pauseMs: /\/\/(127\.|localhost)/.test(endpoint) ? 50 : 1000,
  });
  return { lab, operations: {}, stop: async () => {} };
};

const show = ({ claim, verdict, seen }: Outcome) =>
  print(
    `${verdict.padEnd(12)}  ${claim.id.padEnd(34)}  ${claim.claim}${
      verdict === "holds"
        ? ""
        : `\n${" ".repeat(14)}${claim.doc}\n${" ".repeat(14)}${seen?.split("\n")[0]}`
    }`,
  );

const conformance = async (): Promise<number> => {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  if (options.write && (options.endpoint !== undefined || options.only !== "")) {
    say(
      "--write is of all claims, and of the emulator: it goes with neither --endpoint nor --only.",
    );
    return 2;
  }
  const tried = claims.filter(({ id }) => id.startsWith(options.only));
  if (tried.length === 0) {
    const services = [...new Set(claims.map(({ service }) => service))].join(", ");
    say(`No claim's id begins with "${options.only}". They begin with ${services}.`);
    return 2;
  }
  const { endpoint } = options;
  if (endpoint !== undefined && endpoint !== "aws" && !/^https?:\/\/./.test(endpoint)) {
    say(
      `--endpoint is an address that begins with http:// or https://, or "aws", not "${endpoint}".`,
    );
    return 2;
  }
  const { lab, operations, stop } = await open(options);
  // Whoever has seen enough is not left with what was created.
  const enough = new AbortController();
  process.once("SIGINT", () => {
    enough.abort();
    say("\nEnds what is begun, and removes what was created. Once more leaves at once.");
  });
  let done = 0;
  const outcomes = await tryClaims(tried, lab, {
    signal: enough.signal,
    tell: () => {
      done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${tried.length} `);
    },
  });
  if (process.stderr.isTTY) process.stderr.write("\r");
  const left = await lab.close();
  await stop();

  if (options.json)
    for (const { claim, verdict, seen } of outcomes)
      print(JSON.stringify({ id: claim.id, verdict, claim: claim.claim, doc: claim.doc, seen }));
  else for (const outcome of outcomes) show(outcome);
  const count = (verdict: Outcome["verdict"]) =>
    outcomes.filter((outcome) => outcome.verdict === verdict).length;
  say(
    `\n${outcomes.length} claims: ${(["holds", "differs", "not emulated", "not tried"] as const)
      .map((verdict) => `${count(verdict)} ${verdict}`)
      .join(", ")}.`,
  );
  for (const line of left) say(`Could not be removed: ${line}`);
  if (enough.signal.aborted) return 130;
  if (options.write) {
    const before = readFileSync(page, { encoding: "utf8", flag: "a+" });
    const after = reportOf(outcomes, operations);
    writeFileSync(page, after);
    say(
      before === after ? "docs/local-vs-aws.md is as it was." : "docs/local-vs-aws.md is written.",
    );
  }
  const expected = ({ claim, verdict }: Outcome) =>
    verdict === "holds" ||
    verdict === "not tried" ||
    (options.endpoint === undefined && claim.locally !== undefined);
  return outcomes.every(expected) ? 0 : 1;
};

try {
  process.exitCode = await conformance();
} catch (error) {
  const { name, message } = error as Error;
  say(name === "TypeError" ? `${message}. Try --help.` : `${name}: ${message}`);
  process.exitCode = 2;
}
