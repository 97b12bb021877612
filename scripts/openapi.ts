import { readFileSync, writeFileSync } from "node:fs";
import { OPENAPI_FILE, openApiText } from "./openapi-document.ts";

const text = await openApiText();
if (process.argv.includes("--check")) {
  if (readFileSync(OPENAPI_FILE, "utf8") === text) process.exit(0);
  process.stderr.write(
    `${OPENAPI_FILE} is not what the APIs' schemas say; write it with: npm run openapi\n`,
  );
  process.exit(1);
}
writeFileSync(OPENAPI_FILE, text);
process.stdout.write(`${OPENAPI_FILE} written\n`);
