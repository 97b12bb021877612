import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import * as events from "@aws-sdk/client-eventbridge";
import * as lambda from "@aws-sdk/client-lambda";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as ses from "@aws-sdk/client-sesv2";
import * as states from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { nothingToDo } from "../boot/nothing-to-do.ts";
import type { Outcome } from "./claims.ts";
import { knownDifferences } from "./known-differences.ts";

/** AWS's clients by our engine's name: each of their commands is an operation. */
const clients = { dynamodb, streams, sqs, events, states, lambda, scheduler, ses, sts };

const operationsOf = (client: object): string[] =>
  Object.keys(client)
    .filter((name) => /^[A-Z]\w+Command$/.test(name))
    .map((name) => name.slice(0, -"Command".length))
    .sort();

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map(cell).join(" | ")} |`)
    .join("\n");

const claimRow = ({ claim }: Outcome) => [`[${claim.id}](${claim.doc})`, claim.claim];

/** The page docs/local-vs-aws.md, from what the suite saw and what the engines have. */
export const reportOf = (outcomes: Outcome[], operations: Record<string, string[]>): string => {
  const having = (verdict: Outcome["verdict"]) =>
    outcomes.filter((outcome) => outcome.verdict === verdict);
  const [holds, differs, missing] = [having("holds"), having("differs"), having("not emulated")];
  const services = [...new Set(outcomes.map(({ claim }) => claim.service))];

  const rows = Object.entries(clients).map(([service, client]) => {
    const all = operationsOf(client);
    const ours = operations[service] ?? [];
    const not = all.filter((name) => !ours.includes(name));
    return { service, all, not, have: all.filter((name) => ours.includes(name)) };
  });

  const differing = table(
    ["AWS", "here"],
    differs.map((outcome) => [claimRow(outcome).join(": "), outcome.claim.locally ?? ""]),
  );

  return `# The emulator and AWS

What \`npm start\` runs is not AWS. This page says where it is the same, where it differs, and what it does not have. It is
written by \`npm run conformance -- --write\` and checked by \`npm test\`.

The suite in [\`emulator/conformance/\`](../emulator/conformance) puts what AWS documents to the test, with AWS's own clients:
${outcomes.length} claims, each linked to the page that makes it. Against the emulator **${holds.length} hold, ${differs.length} differ, ${missing.length} are not emulated**.
The claims are read from AWS's documentation; they have not yet been run against AWS itself. The same suite runs against any
endpoint, so whoever has an account can settle it:

\`\`\`sh
npm run conformance                                                # an emulator of its own
npm run conformance -- --endpoint http://127.0.0.1:4566            # whatever answers there, with the credentials of the environment
npm run conformance -- --endpoint aws --role-arn arn:aws:iam::...  # AWS itself: creates resources, and removes them
\`\`\`

## Differs

What a client can see: ${differs.length === 0 ? "nothing that the suite has found." : `\n\n${differing}`}

What the suite does not see, or not in a short time:

${table(
  ["service", "here"],
  knownDifferences.map(([service, difference]) => [service, difference]),
)}

## Not emulated

What is not emulated is refused by its name, at boot or at the call: with the error \`NotEmulated\` and HTTP status 501, or, of a
service that is not here at all, \`UnknownOperationException\` and 404. What AWS does not have either is refused as AWS does.

${table(
  ["AWS", "here"],
  missing.map((outcome) => [claimRow(outcome).join(": "), outcome.claim.locally ?? ""]),
)}

Operations:

${table(
  ["service", "emulated", "operations"],
  rows.map(({ service, all, have }) => [
    service,
    `${have.length} of ${all.length}`,
    have.join(", "),
  ]),
)}

<details><summary>The operations that are refused</summary>

${rows
  .filter(({ not }) => not.length > 0)
  .map(({ service, not }) => `**${service}**: ${not.join(", ")}.`)
  .join("\n\n")}

</details>

Resources of the infrastructure that need nothing here:

${table(
  ["resource", "because"],
  Object.entries(nothingToDo)
    .filter(([type]) => type.startsWith("aws:"))
    .map(([type, reason]) => [`\`${type.split(":").at(-1)}\``, reason]),
)}

## Holds

${services
  .map(
    (service) =>
      `### ${service}\n\n${table(["claim", "AWS documents"], holds.filter(({ claim }) => claim.service === service).map(claimRow))}`,
  )
  .join("\n\n")}
`;
};
