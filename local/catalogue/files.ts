import type { Graph } from "emulator/boot/graph";
import { asyncApiDocument } from "./asyncapi.ts";
import { catalogInfo } from "./backstage.ts";
import { cataloguePage } from "./events-page.ts";
import { picturesPage } from "./pictures.ts";
import type { Run } from "./run.ts";
import { servicePage } from "./service-page.ts";
import { knownOf } from "./services.ts";

/** Where the catalogue lies. */
export const FOLDER = "docs/catalogue";

/** Every file of the catalogue that is generated, from the root, with its text. */
export const catalogueFiles = (graph: Graph, run: Run): Map<string, string> => {
  const known = knownOf(graph, run);
  const names = known.services.map(({ name }) => name);
  return new Map([
    [`${FOLDER}/README.md`, cataloguePage(known)],
    [`${FOLDER}/c4.md`, picturesPage(graph, known.wired, names)],
    [`${FOLDER}/asyncapi.json`, `${JSON.stringify(asyncApiDocument(known), null, 2)}\n`],
    ["catalog-info.yaml", catalogInfo(known)],
    ...known.services.map((service): [string, string] => [
      `${FOLDER}/services/${service.name}.md`,
      servicePage(known, service),
    ]),
  ]);
};
