import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { breakingChanges } from "./compatibility.ts";
import { eventSchemas, SCHEMAS } from "./event-schemas.ts";

const broken = breakingChanges();
if (broken.length > 0) {
  process.stderr.write(
    `A published version never changes; publish a new one beside it.\n${broken.join("\n")}\n`,
  );
  process.exit(1);
}
mkdirSync(SCHEMAS, { recursive: true });
for (const [file, text] of eventSchemas()) writeFileSync(join(SCHEMAS, file), text);
process.stdout.write(`${eventSchemas().size} schemas written to ${SCHEMAS}\n`);
