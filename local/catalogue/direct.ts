import type { Graph } from "emulator/boot/graph";
import { ofType } from "../console/map-things.ts";
import { code, folded, paragraphs, table } from "./markdown.ts";
import type { Known } from "./services.ts";
import type { Tie } from "./wired.ts";

const serviceLink = (name: string) => `[${name}](services/${name}.md)`;

/** Where the source of a thing stands, seen from docs/catalogue. */
const sourceLink = ({ id, source }: Tie["to"]) =>
  source ? `[${code(id)}](../../${source})` : code(id);

const secondsOf = (graph: Graph, arn: string): string => {
  const fn = ofType(graph, "Function").find(({ outputs }) => outputs.arn === arn);
  return fn ? `${fn.inputs.timeout} s` : "";
};

/** A long text is a token or a signature: its beginning is enough to recognise it. */
const shortened = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null, (_, inner) =>
      typeof inner === "string" && inner.length > 200 ? `${inner.slice(0, 60)}…` : inner,
    ),
  );

const example = ({ run }: Known, id: string) => {
  const call = run.calls.get(id);
  return call
    ? folded(`${code(id)} was given, and answered`, {
        given: shortened(call.given),
        answered: shortened(call.answered),
      })
    : "";
};

const examples = (known: Known, ids: readonly string[]) =>
  [...new Set(ids)].map((id) => example(known, id)).filter(Boolean);

/** Sagas and the functions that are their steps. */
export const stepsOf = ({ wired }: Known): Tie[] =>
  wired.ties.filter(
    ({ from, to, kind }) => from.kind === "saga" && to.kind === "function" && kind === "call",
  );

/** Functions that call a function of another service and wait for its answer. */
export const questionsOf = ({ wired }: Known): Tie[] =>
  wired.ties.filter(
    ({ from, to, label }) =>
      from.kind === "function" &&
      to.kind === "function" &&
      from.room !== to.room &&
      label.includes("lambda:InvokeFunction"),
  );

/** What one service sends to another over HTTP. */
export const requestsOf = ({ wired }: Known): Tie[] =>
  wired.ties.filter(({ from, label }) => from.kind === "function" && label.includes("HTTPS"));

/** Who answers a saga that waits. */
export const tokensOf = ({ wired }: Known): Tie[] =>
  wired.ties.filter(({ to, label }) => to.kind === "saga" && label.includes("states:SendTask"));

/** Functions that nothing in the graph leads to: people and tools invoke them, or AWS does. */
const invokedFromOutside = ({ wired }: Known) =>
  wired.things.filter(
    ({ id, kind, schedule }) =>
      kind === "function" && schedule === undefined && wired.before(id).length === 0,
  );

const toldByAws = ({ wired }: Known) =>
  wired.ties.filter(
    ({ from, to, kind }) =>
      kind === "event" && ["saga", "mail"].includes(from.kind) && to.kind === "function",
  );

const cognitoInvokes = ({ graph }: Known) =>
  new Set(
    ofType(graph, "Permission")
      .filter(({ inputs }) => inputs.principal === "cognito-idp.amazonaws.com")
      .map(({ inputs }) => inputs.function),
  );

const httpSection = (known: Known) => {
  const ties = requestsOf(known);
  const targets = [...Map.groupBy(ties, ({ to }) => to.id)];
  return targets.flatMap(([id, its]) => {
    const [{ to } = {}] = its;
    const callers = its.map(({ from }) => sourceLink(from)).join(", ");
    const of = (key: string) =>
      to?.kind === "api" ? key.includes("/webhooks/") : key.startsWith(`${id} `);
    const found = [...known.run.exchanges].filter(([key]) => of(key));
    const heading = to?.kind === "api" ? "Webhooks" : `Requests to ${to?.room}`;
    return [
      `#### ${heading}`,
      `${callers} → ${to ? sourceLink(to) : id}.`,
      ...found.map(([key, { request, status, answer }]) =>
        folded(`${code(key.split(" ").slice(1).join(" "))} was sent, and answered with ${status}`, {
          request: shortened(request),
          answer: shortened(answer),
        }),
      ),
    ];
  });
};

/** What services say to each other without the bus. */
export const directSection = (known: Known): string => {
  const { graph } = known;
  const [steps, questions, tokens] = [stepsOf(known), questionsOf(known), tokensOf(known)];
  const cognito = cognitoInvokes(known);
  const outside = invokedFromOutside(known);
  const aws = toldByAws(known);
  return paragraphs(
    "### Steps of sagas",
    "A saga invokes a function and waits for its answer, or for its task token. A step may be invoked twice, and says the same.",
    table(
      ["saga", "step", "of", "has at most"],
      steps.map(({ from, to }) => [
        code(from.id),
        sourceLink(to),
        serviceLink(to.room),
        secondsOf(graph, to.arn),
      ]),
    ),
    ...examples(
      known,
      steps.map(({ to }) => to.id),
    ),
    "### Task tokens",
    "Where a saga waits for an answer that comes later, these give it.",
    table(
      ["who answers", "of", "which saga"],
      tokens.map(({ from, to }) => [sourceLink(from), serviceLink(from.room), code(to.id)]),
    ),
    "### Questions and commands",
    "A function invokes one of another service and waits for the answer.",
    table(
      ["who asks", "of", "whom", "of", "has at most"],
      questions.map(({ from, to }) => [
        sourceLink(from),
        serviceLink(from.room),
        sourceLink(to),
        serviceLink(to.room),
        secondsOf(graph, to.arn),
      ]),
    ),
    ...examples(
      known,
      questions.map(({ to }) => to.id).filter((id) => !steps.some(({ to }) => to.id === id)),
    ),
    "### HTTP between services",
    ...httpSection(known),
    "### From outside",
    table(
      ["function", "of", "is invoked by"],
      [
        ...outside.map((to) => [
          sourceLink(to),
          serviceLink(to.room),
          cognito.has(to.arn)
            ? "Amazon Cognito, after a sign-up"
            : "people and tools with the right to",
        ]),
        ...aws.map(({ from, to }) => [
          sourceLink(to),
          serviceLink(to.room),
          from.kind === "saga" ? `Step Functions, when ${code(from.id)} ended early` : "Amazon SES",
        ]),
      ],
    ),
    ...examples(
      known,
      outside.map(({ id }) => id),
    ),
  ).trimEnd();
};
