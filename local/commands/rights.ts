import { tellDenial } from "emulator/services/iam/denial";
import { endOn, optionsOf } from "../command-line.ts";
import { shopGraph } from "../repository.ts";
import { badWeek } from "../rights/bad-week.ts";
import { placesOf } from "../rights/places.ts";
import { reportOf, rightsTable } from "../rights/report.ts";

const help = `Lets the shop live through a bad week in virtual time, and compares what everybody may do with what they did.
Exit code 1 when a right is unused or a wildcard, or when a call was denied.

  --json          print the result as one line of JSON on standard output
  --graph <file>  the infrastructure (infra/graph.json)
  --help          this text
`;

const readOptions = () =>
  optionsOf({
    options: {
      json: { type: "boolean", default: false },
      graph: { type: "string" },
      help: { type: "boolean", default: false },
    },
  }).values;

const run = async () => {
  const options = readOptions();
  if (options.help) return void process.stdout.write(help);
  const graph = shopGraph(options.graph);
  const began = performance.now();
  process.stderr.write("A bad week begins; it takes half a minute ...\n");
  const { ledger, denied } = await badWeek(graph);
  const seconds = (performance.now() - began) / 1000;
  const report = reportOf(ledger, { denials: denied.map(tellDenial), seconds });
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report)}\n`
      : rightsTable(report, placesOf(graph), process.stdout),
  );
  process.exitCode = report.ok ? 0 : 1;
};

run().catch(endOn);
