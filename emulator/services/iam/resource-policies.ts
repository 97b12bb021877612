import type { Gate } from "../../kernel/cloud.ts";
import { AwsError, type Call, notEmulated, type World } from "../../kernel/engine.ts";
import { compilePolicy, type Rule, UnreadablePolicy } from "./policy.ts";

/** The policies that queues and functions have of their own, learnt from the calls that set them. */
export type ResourcePolicies = {
  rulesOf: (arn: string) => Rule[];
  /** Lets a call pass, and learns from it. Throws for a policy that cannot be evaluated. */
  learn: Gate;
};

const compile = (policy: string): Rule[] => {
  try {
    return compilePolicy(policy);
  } catch (error) {
    if (error instanceof UnreadablePolicy) throw notEmulated("iam", error.what);
    throw new AwsError("InvalidAttributeValue", "Invalid value for the parameter Policy.");
  }
};

/** What the calls so far have said of resources' own policies. */
export const resourcePolicies = ({
  account,
  region,
  keep,
}: Pick<World, "account" | "region" | "keep">): ResourcePolicies => {
  /** The texts of a resource's policies; replaced as a whole when they change. */
  const policies = keep.map<string[]>("iam.policies");
  const compiled = new WeakMap<string[], Rule[]>();
  const rulesOf = (arn: string): Rule[] => {
    const texts = policies.get(arn);
    if (!texts) return none;
    const rules = compiled.get(texts) ?? texts.flatMap(compile);
    compiled.set(texts, rules);
    return rules;
  };
  const queueArn = (nameOrUrl: string) =>
    `arn:aws:sqs:${region}:${account}:${nameOrUrl.split(/[/:]/).at(-1)}`;

  const learners: Record<string, Gate> = {
    async "sqs.CreateQueue"(call, next) {
      const { QueueName, Attributes } = call.input;
      const policy: string | undefined = Attributes?.Policy;
      if (policy) compile(policy);
      const answer = await next(call);
      if (policy) policies.set(queueArn(QueueName), [policy]);
      return answer;
    },
    async "sqs.SetQueueAttributes"(call, next) {
      const { QueueUrl, Attributes } = call.input;
      const policy: string | undefined = Attributes?.Policy;
      if (policy) compile(policy);
      const answer = await next(call);
      if (policy !== undefined) policies.set(queueArn(QueueUrl), policy ? [policy] : []);
      return answer;
    },
    async "sqs.DeleteQueue"(call, next) {
      const answer = await next(call);
      policies.delete(queueArn(call.input.QueueUrl));
      return answer;
    },
    async "lambda.AddPermission"(call, next) {
      const answer = (await next(call)) as { Statement: string };
      const { Resource } = JSON.parse(answer.Statement);
      const policy = `{"Statement":${answer.Statement}}`;
      compile(policy);
      policies.set(Resource, [...(policies.get(Resource) ?? []), policy]);
      return answer;
    },
    async "lambda.DeleteFunction"(call, next) {
      const answer = await next(call);
      const name = /function:([^:]+)/.exec(call.input.FunctionName)?.[1] ?? call.input.FunctionName;
      policies.delete(`arn:aws:lambda:${region}:${account}:function:${name}`);
      return answer;
    },
  };

  return {
    rulesOf,
    learn: (call, next) => (learners[`${call.service}.${call.operation}`] ?? pass)(call, next),
  };
};

const none: Rule[] = [];
const pass = (call: Call, next: (call: Call) => Promise<unknown>) => next(call);
