import { readFileSync } from "node:fs";
import { join } from "node:path";
import { staleness } from "./inputs.ts";

// Says whether the committed graph is stale, without SST's components: `npm run synth -- --check` says where, with them.
const file = join(import.meta.dirname, "..", "graph.json");
const stale = staleness(JSON.parse(readFileSync(file, "utf8")));
process.stderr.write(`${stale ?? "The graph was made of what is here."}\n`);
process.exitCode = stale ? 1 : 0;
