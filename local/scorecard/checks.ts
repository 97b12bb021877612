import { catalogue } from "../../packages/events/src/catalogue.ts";
import { meantBy } from "../catalogue/runbooks.ts";
import type { Service } from "./service.ts";

/** Something that every service has. `gaps` says what is missing, and `cure` what adds it. */
export type Check = { what: string; gaps: (service: Service) => string[]; cure: string };

const deadLetters = ({ all }: Service) =>
  all("Queue").filter(({ inputs }) => !inputs.redrivePolicy);
const bare = (name: string) => name.replace(/(Queue|Function|Target|Mapping)$/, "");

/** Statements that let a role do anything, or to anything. Log streams and executions have no names before there are any. */
const wildcards = (policies: readonly { policy: string }[] = []): string[] =>
  policies
    .flatMap(({ policy }) => JSON.parse(policy).Statement)
    .flatMap(({ Action, Resource }) => [Action, Resource].flat() as string[])
    .filter((what) => what.includes("*") && !/:(log-group|execution):[^*]+:\*$/.test(what));

/** The titles of a service's own tests, and of those of the shop that name one of its functions or its folder. */
const titlesOf = ({ name, files, read, all }: Service): string[] => {
  const names = [`services/${name}/`, ...all("Function").map((fn) => bare(fn.name))];
  const ofShop = files("local/test/*.system.test.ts").filter((file) =>
    names.some((one) => read(file).includes(one)),
  );
  return [...files(`services/${name}/src/**/*.test.ts`), ...ofShop]
    .map(read)
    .flatMap((text) =>
      [...text.matchAll(/\b(?:it|describe)(?:\.each\([\s\S]*?\)+)?\(\s*["'`]([^"'`]+)/g)].map(
        ([, title = ""]) => title,
      ),
    );
};

/** What is asked of every service, in the order in which it is shown. */
export const checks: readonly Check[] = [
  {
    what: "owner",
    gaps: ({ name, read }) =>
      read(".github/CODEOWNERS").includes(`/services/${name}/ @`) ? [] : ["nobody owns it"],
    cure: "a line /services/NAME/ @team in .github/CODEOWNERS",
  },
  {
    what: "tests",
    gaps: ({ name, files }) =>
      files(`services/${name}/src/**/*.test.ts`).length > 0 ? [] : ["no test of its rules"],
    cure: "a test beside what stands in src/domain",
  },
  {
    what: "idempotency",
    gaps: (service) =>
      titlesOf(service).some((title) => /\b(twice|once|again|repeat\w*)\b/.test(title))
        ? []
        : ["no test lets something happen twice"],
    cure: "a test that delivers an event, or sends a request, twice",
  },
  {
    what: "dead letters",
    gaps: ({ all, anywhere, name }) => {
      const mine = new Set(all("Function").map(({ outputs }) => outputs.arn));
      const queues = new Map(anywhere("Queue").map(({ outputs, inputs }) => [outputs.arn, inputs]));
      const mappings = anywhere("EventSourceMapping")
        .filter(({ inputs }) => mine.has(inputs.functionName))
        .filter(
          ({ inputs }) =>
            !inputs.destinationConfig && !queues.get(inputs.eventSourceArn)?.redrivePolicy,
        );
      const inRules = new Set(all("EventRule").map(({ name }) => name.replace(/Rule$/, "")));
      const targets = anywhere("EventTarget")
        .filter((target) => inRules.has(target.name.replace(/Target$/, "")))
        .filter(({ inputs }) => !inputs.deadLetterConfig);
      const schedules = anywhere("Schedule")
        .filter(({ inputs }) => mine.has(inputs.target?.arn))
        .filter(({ inputs }) => !inputs.target.deadLetterConfig);
      return [...mappings, ...targets, ...schedules].map(
        (one) => `${one.name} of ${name} has none`,
      );
    },
    cure: "the wirings of infra/patterns: they bring their own",
  },
  {
    what: "alarms",
    gaps: (service) => {
      const alarms = service
        .anywhere("MetricAlarm")
        .map(({ inputs }) => JSON.stringify(inputs.dimensions ?? {}));
      return deadLetters(service)
        .filter(
          ({ inputs, outputs }) =>
            !alarms.some((one) => one.includes(String(inputs.name ?? outputs.name))),
        )
        .map(({ name }) => `${name} fills in silence`);
    },
    cure: "deadLetterQueue of infra/patterns/queue.ts",
  },
  {
    what: "runbook",
    gaps: (service) => {
      const page = service.read("docs/runbooks/README.md");
      const words = [...page.matchAll(/`([\w…]+)`/g)].map(([, word = ""]) => meantBy(word));
      return deadLetters(service)
        .map(({ name }) => bare(name))
        .filter((queue) => !words.some((word) => word.test(queue)))
        .map((queue) => `no runbook names ${queue}`);
    },
    cure: "a row in docs/runbooks/README.md",
  },
  {
    what: "schemas",
    gaps: ({ name, files }) => {
      const there = files("packages/events/{schemas,corpus}/*.json");
      return catalogue
        .filter(({ type }) => type.startsWith(`${name}.`))
        .flatMap(({ type }) =>
          ["schemas", "corpus"].map((folder) => `packages/events/${folder}/${type}.json`),
        )
        .filter((file) => !there.includes(file))
        .map((file) => `${file} is missing`);
    },
    cure: "npm run schemas; RECORD_CORPUS=1 npm test -- local/test/corpus",
  },
  {
    what: "least privilege",
    gaps: ({ all, anywhere }) => {
      const roles = new Set(all("Function").map(({ inputs }) => inputs.role));
      return anywhere("Role")
        .filter(({ outputs }) => roles.has(outputs.arn))
        .flatMap(({ name, inputs }) =>
          wildcards(inputs.inlinePolicies).map((what) => `${name}: ${what}`),
        );
    },
    cure: "allow() with exact actions and ARNs; npm run iam says what is used",
  },
  {
    what: "documents",
    gaps: ({ name, read, files }) => {
      const page = read(`services/${name}/README.md`);
      if (page === "") return ["no README.md"];
      return files(`services/${name}/src/handlers/*.ts`)
        .map((file) => file.split("/").at(-1)?.replace(/\.ts$/, "") ?? "")
        .filter((handler) => !page.includes(`\`${handler}`))
        .map((handler) => `README.md does not name ${handler}`);
    },
    cure: "a row of the handlers' table in services/NAME/README.md",
  },
  {
    what: "costs",
    gaps: ({ name, read }) =>
      /\b(costs?|write units?|transitions?)\b/i.test(read(`services/${name}/README.md`))
        ? []
        : ["README.md does not say what it costs"],
    cure: "a sentence in services/NAME/README.md; npm run bench counts",
  },
  {
    what: "catalogue",
    gaps: ({ name, read }) => {
      const pages = ["docs/catalogue/README.md", "docs/catalogue/c4.md", "catalog-info.yaml"];
      const entry = `docs/catalogue/services/${name}.md`;
      return [
        ...(read(entry) === "" ? [`${entry} is missing`] : []),
        ...pages
          .filter((page) => !new RegExp(`\\b${name}\\b`).test(read(page)))
          .map((page) => `${page} does not name it`),
      ];
    },
    cure: "npm run catalogue",
  },
];
