import type { Gate } from "../../kernel/cloud.ts";
import { AwsError, type Call, type Caller, type World } from "../../kernel/engine.ts";
import { type Need, needsOf, viaFunctionUrl } from "./actions.ts";
import { compilePolicy, evaluate, type Question, type Rule } from "./policy.ts";
import { resourcePolicies } from "./resource-policies.ts";

/** Who may do what: the roles of the graph, and the policies that resources have of their own. */
export type Permissions = {
  /** Adds policy documents to a role. */
  addRole: (arn: string, documents: string[]) => void;
  /** Says which resource a service calls for, by the name that it calls under. */
  addSource: (callerName: string, arn: string) => void;
  /** Hears every question that a call raises, with the answer. */
  hear: (listener: (question: Question, answer: Answer) => void) => void;
  /** Refuses every call that neither the caller's role nor the resource's policy allows. */
  gate: Gate;
};

/** Who holds a right or is protected by a policy, and in which file that is written. */
export type Place = { name: string; kind: string; context: string; file: string };

/** Finds a place by an ARN: its own, or its role's. */
export type PlaceOf = (arn: string) => Place | undefined;

const nothing: Rule[] = [];

type Answer = ReturnType<typeof evaluate>;

const isServicePrincipal = (role: string) =>
  role.endsWith(".amazonaws.com") || role === viaFunctionUrl;

/** Where AWS's services call each other inside AWS, without a policy that anybody wrote. */
const withinAws = ({ caller: { role }, service }: Call) =>
  (role.endsWith(".amazonaws.com") && service === "events") || // their own events
  (role === "lambda.amazonaws.com" && service === "lambda"); // an event source mapping's invocation

const who = ({ name, role }: Caller, account: string) =>
  role.startsWith("arn:aws:iam::")
    ? `arn:aws:sts::${account}:assumed-role/${role.split("/").at(-1)}/${name.split(/[:/]/).at(-1)}`
    : `${role} (${name})`;

/** The role that may do everything, for what people create by hand: there is no IAM to create roles with. */
const administratorRole = (account: string) => `arn:aws:iam::${account}:role/administrator`;

/**
 * IAM over the policies of the graph, and over those that calls give to queues and functions. A denied call gets AWS's
 * AccessDeniedException and a note of kind "iam.denied" that says which statement is missing, and in which file it
 * belongs as far as `placeOf` knows whose policy it is.
 */
export const createPermissions = (
  world: Pick<World, "account" | "region" | "note" | "keep">,
  placeOf: PlaceOf = () => undefined,
): Permissions => {
  const { account } = world;
  const roles = new Map<string, Rule[]>([
    [
      administratorRole(account),
      compilePolicy('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
    ],
  ]);
  const resources = resourcePolicies(world);
  const sources = new Map<string, string>();

  const listeners: Parameters<Permissions["hear"]>[0][] = [];

  const sourceOf = ({ name, source }: Caller) => source ?? sources.get(name) ?? name;

  /** Who has asked once asks again and again: the answers, good while rules and source are the same. */
  const known = new Map<string, { question: Question; answer: Answer; from: unknown[] }>();

  const verdict = (caller: Caller, need: Need): Answer => {
    const ofRole = roles.get(caller.role) ?? nothing;
    const ofResource = need.resource ? resources.rulesOf(need.resource) : nothing;
    const from = [ofRole, ofResource, sourceOf(caller)];
    const key = `${caller.role} ${caller.name} ${need.action} ${need.resource}`;
    let said = known.get(key);
    if (!said?.from.every((part, i) => part === from[i])) {
      const question = questionOf(caller, need);
      said = { question, answer: evaluate([...ofRole, ...ofResource], question), from };
      if (known.size >= 5_000) known.clear();
      known.set(key, said);
    }
    for (const listener of listeners) listener(said.question, said.answer);
    return said.answer;
  };

  const questionOf = (caller: Caller, need: Need): Question => ({
    ...need,
    context: {
      "aws:sourcearn": sourceOf(caller),
      // No page of AWS's says that EventBridge tells for which account it calls, and permissions that asked were seen never
      // to let it in (hashicorp/terraform-provider-aws#4116, awsdocs/aws-cloudformation-user-guide#481).
      "aws:sourceaccount": caller.role === "events.amazonaws.com" ? undefined : account,
      "lambda:invokedviafunctionurl": String(caller.role === viaFunctionUrl),
      "lambda:functionurlauthtype": caller.role === viaFunctionUrl ? "NONE" : undefined,
    },
    principal: caller.role,
  });

  /** The statement that would have allowed it. In a resource's own policy it says for whom. */
  const missing = (caller: Caller, { action, resource = "*" }: Need) => ({
    Effect: "Allow",
    ...(caller.role === viaFunctionUrl && { Principal: "*" }),
    ...(caller.role.endsWith(".amazonaws.com") && { Principal: { Service: caller.role } }),
    Action: action,
    Resource: resource,
    ...(caller.role.endsWith(".amazonaws.com") && {
      Condition: { ArnEquals: { "aws:SourceArn": sourceOf(caller) } },
    }),
  });

  const refuse = (call: Call, need: Need, explicit: boolean) => {
    const { caller } = call;
    const { action, resource = "*" } = need;
    const ofResource = isServicePrincipal(caller.role);
    const kind = ofResource ? "resource-based" : "identity-based";
    const shown = call.service === "sqs" ? action.toLowerCase() : action; // so SQS says it
    const because = explicit
      ? `with an explicit deny in an ${kind} policy`
      : `because no ${kind} policy allows the ${shown} action`;
    const place = placeOf(ofResource ? resource : caller.role);
    world.note({
      kind: "iam.denied",
      caller: caller.name,
      role: caller.role,
      service: call.service,
      operation: call.operation,
      action,
      resource,
      missing: explicit ? undefined : missing(caller, need),
      policyOf: place?.name ?? (ofResource ? resource : caller.role),
      file: place?.file,
    });
    const code = call.service === "sqs" ? "AccessDenied" : "AccessDeniedException";
    const status = ["dynamodb", "streams", "states", "events"].includes(call.service) ? 400 : 403;
    return new AwsError(
      code,
      `User: ${who(caller, account)} is not authorized to perform: ${shown} on resource: ${resource} ${because}`,
      status,
    );
  };

  return {
    addRole: (arn, documents) =>
      void roles.set(arn, [
        ...(roles.get(arn) ?? []),
        ...documents.flatMap((text) => compilePolicy(text)),
      ]),
    addSource: (callerName, arn) => void sources.set(callerName, arn),
    hear: (listener) => void listeners.push(listener),
    gate: async (call, next) => {
      if (call.caller.role !== "administrator" && !withinAws(call))
        for (const need of needsOf(call, world)) {
          const said = verdict(call.caller, need);
          if (said !== "allow") throw refuse(call, need, said === "deny");
        }
      return resources.learn(call, next);
    },
  };
};
