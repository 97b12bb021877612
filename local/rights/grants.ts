import type { Graph } from "emulator/boot/graph";
import type { Place, PlaceOf } from "emulator/services/iam/gate";
import {
  compilePolicy,
  type Question,
  type Rule,
  type Statement,
} from "emulator/services/iam/policy";
import { placesOf } from "./places.ts";

/** Whose right it is (a function, a state machine, a schedule, a rule, the API, anyone), and where in infra/ it is given. */
export type Holder = Place;

/** One action on one resource that the graph's policies allow. */
export type Grant = { holder: Holder; action: string; resource: string };

/**
 * What became of a grant: "used"; "on AWS only" where AWS asks for it and the emulator works by other means;
 * "unused"; or "wildcard", which allows more than anybody can name, used or not.
 */
export type Verdict = "used" | "on AWS only" | "unused" | "wildcard";

/** Grants, which of them the questions so far made use of, and what is to be said of each. */
export type Ledger = {
  grants: Grant[];
  hear: (question: Question) => void;
  verdictOf: (grant: Grant) => Verdict;
};

/** The emulator keeps logs and traces, and polls queues and streams, by other means; it has no user pools. */
const onAwsOnly = ({ action, holder }: Grant) =>
  holder.kind === "user pool" ||
  /^(?:logs|xray):/.test(action) ||
  ["sqs:GetQueueAttributes", "dynamodb:DescribeStream", "dynamodb:ListStreams"].includes(action);

/** Actions that know no resources, by the Service Authorization Reference: "*" is all that one can write. */
const withoutResources = new Set([
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:DescribeLogGroups",
  "logs:DescribeResourcePolicies",
  "logs:GetLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:UpdateLogDelivery",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
]);

/** Log streams and executions have names that nobody knows before: of one log group or state machine, all of them. */
const allOfOne = /^arn:aws:(?:logs:[^*?]+:log-group:[^*?]+|states:[^*?]+:execution:[^*?:]+):\*$/;

const isWildcard = ({ action, resource }: Grant) =>
  /[*?]/.test(action) ||
  (/[*?]/.test(resource) &&
    !allOfOne.test(resource) &&
    !(resource === "*" && withoutResources.has(action)));

const list = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** A statement taken apart: one for each of its actions on each of its resources. */
const single = (statement: Statement) =>
  list(statement.Action).flatMap((Action) =>
    list(statement.Resource ?? "*").map((Resource) => ({ ...statement, Action, Resource })),
  );

const statementsOf = (policy: string) => list<Statement>(JSON.parse(policy).Statement);

type Add = (holder: Holder, statement: Statement) => void;

const nobody = (name: string): Holder => ({ name, kind: "role", context: "none", file: "infra/" });

/** What roles may do. */
const addRoles = ({ resources }: Graph, placeOf: PlaceOf, add: Add) => {
  const arns = new Map<string, string>();
  const addPolicy = (arn: string, policy: string) => {
    for (const statement of statementsOf(policy))
      add(placeOf(arn) ?? nobody(arn), { ...statement, Principal: { AWS: arn } });
  };
  for (const { type, inputs, outputs } of resources) {
    if (type !== "aws:iam/role:Role") continue;
    arns.set(inputs.name, outputs.arn);
    for (const { policy } of inputs.inlinePolicies ?? []) addPolicy(outputs.arn, policy);
  }
  for (const { type, inputs } of resources)
    if (type === "aws:iam/rolePolicy:RolePolicy")
      addPolicy(arns.get(inputs.role) ?? inputs.role, inputs.policy);
};

/** Whom queues and functions let in. It stands in infra/ with what is let into, and so does a route of the API. */
const addResources = ({ resources }: Graph, placeOf: PlaceOf, add: Add) => {
  const sourceOf = ({ Condition = {} }: Statement) =>
    Object.values(Condition)
      .flatMap((keys) => keys["aws:SourceArn"] ?? [])
      .map((arn) => placeOf(arn) ?? placeOf(arn.split("/")[0] as string)) // a route's ARN has a path
      .find(Boolean);
  const addStatement = (resource: string, statement: Statement) => {
    const { name, context, file } = placeOf(resource) ?? nobody(resource);
    const anyone = { name: `Anyone, to ${name}`, kind: "function URL" };
    const { name: who, kind } = sourceOf(statement) ?? anyone;
    add({ name: who, kind, context, file }, statement);
  };
  for (const { type, inputs } of resources) {
    if (type === "aws:sqs/queuePolicy:QueuePolicy")
      for (const statement of statementsOf(inputs.policy))
        for (const Resource of list(statement.Resource))
          addStatement(Resource, { ...statement, Resource });
    if (type !== "aws:lambda/permission:Permission") continue;
    const { principal, sourceArn, action, function: fn, invokedViaFunctionUrl: viaUrl } = inputs;
    const named = resources.find(({ outputs }) => outputs.arn && outputs.name === fn);
    const Resource: string = named?.outputs.arn ?? fn;
    addStatement(Resource, {
      Effect: "Allow",
      Principal: principal === "*" ? "*" : { Service: principal },
      Action: action,
      Resource,
      Condition: {
        ...(sourceArn && { ArnLike: { "aws:SourceArn": sourceArn } }),
        ...(viaUrl && { Bool: { "lambda:InvokedViaFunctionUrl": "true" } }),
      },
    });
  }
};

/** Goes through every statement of the graph, in roles and in the policies of queues and functions, with whose it is. */
export const eachStatement = (graph: Graph, placeOf: PlaceOf, add: Add): void => {
  addRoles(graph, placeOf, add);
  addResources(graph, placeOf, add);
};

/** Opens the books over every Allow in the graph: in roles, and in the policies of queues and functions. */
export const openLedger = (graph: Graph): Ledger => {
  const placeOf = placesOf(graph);
  const entries = new Map<string, { grant: Grant; rules: Rule[] }>();
  const add: Add = (holder, statement) => {
    if (statement.Effect !== "Allow") return;
    for (const one of single(statement)) {
      const grant = { holder, action: one.Action, resource: one.Resource };
      const key = JSON.stringify([holder.kind, holder.name, grant.action, grant.resource]);
      const entry = entries.get(key) ?? { grant, rules: [] };
      entry.rules.push(...compilePolicy({ Statement: one }));
      entries.set(key, entry);
    }
  };
  eachStatement(graph, placeOf, add);

  const all = [...entries.values()];
  const asked = new Set<string>();
  const used = new Set<Grant>();
  return {
    grants: all.map(({ grant }) => grant),
    hear(question) {
      const key = JSON.stringify(question);
      if (asked.has(key)) return;
      asked.add(key);
      for (const { grant, rules } of all)
        if (rules.some(({ applies }) => applies(question))) used.add(grant);
    },
    verdictOf(grant) {
      if (isWildcard(grant)) return "wildcard";
      if (onAwsOnly(grant)) return "on AWS only";
      return used.has(grant) ? "used" : "unused";
    },
  };
};
