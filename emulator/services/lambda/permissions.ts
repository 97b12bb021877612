import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { conflict, invalid, type Named, noSuchResource } from "./errors.ts";
import type { FunctionConfig } from "./function.ts";

type Statement = Record<string, unknown> & { Sid: string };

/** The largest policy of a function, in bytes. */
const largestPolicy = 20_480;

/** How AddPermission writes what narrows a statement. Parameters that narrow it in other ways are refused. */
const conditionOf = (narrowed: Record<string, unknown>) => {
  const {
    SourceArn,
    SourceAccount,
    FunctionUrlAuthType,
    InvokedViaFunctionUrl,
    RevisionId: _revision,
    ...rest
  } = narrowed;
  const [unknown] = Object.keys(rest).filter((name) => rest[name] !== undefined);
  if (unknown) throw notEmulated("lambda", `the parameter ${unknown} of AddPermission`);
  const equal = {
    ...(SourceAccount !== undefined && { "AWS:SourceAccount": SourceAccount }),
    ...(FunctionUrlAuthType !== undefined && { "lambda:FunctionUrlAuthType": FunctionUrlAuthType }),
  };
  const Condition = {
    ...(SourceArn !== undefined && { ArnLike: { "AWS:SourceArn": SourceArn } }),
    ...(Object.keys(equal).length > 0 && { StringEquals: equal }),
    ...(InvokedViaFunctionUrl === true && { Bool: { "lambda:InvokedViaFunctionUrl": "true" } }),
  };
  return Object.keys(Condition).length > 0 ? { Condition } : {};
};

const texts = ["StatementId", "Action", "Principal", "SourceArn", "SourceAccount"] as const;

const check = (input: Record<string, unknown>) => {
  for (const name of texts) {
    const value = input[name];
    if (value === undefined && name.startsWith("Source")) continue;
    if (typeof value !== "string") throw invalid(`${name} must be a string.`);
  }
  if (!/^[\w-]{1,100}$/.test(String(input.StatementId)))
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+), with at most 100 characters`,
    );
};

/** The policies of functions: who may invoke them. */
export const functionPolicies = (
  world: World,
  configOf: (functionName: string) => FunctionConfig,
) => {
  const policies = world.keep.map<Statement[]>("lambda.policies");
  const policyOf = (statements: Statement[]) =>
    JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements });

  const operations: Engine["operations"] = {
    AddPermission({ FunctionName, StatementId, Action, Principal, ...narrowed }) {
      check({ StatementId, Action, Principal, ...narrowed });
      const { name, arn } = configOf(FunctionName);
      const statements = policies.get(name) ?? [];
      if (statements.some(({ Sid }) => Sid === StatementId))
        throw conflict(
          `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        );
      const service = /^[\w-]+\.amazonaws\.com$/.test(Principal);
      const statement: Statement = {
        Sid: StatementId,
        Effect: "Allow",
        Principal: service ? { Service: Principal } : Principal === "*" ? "*" : { AWS: Principal },
        Action,
        Resource: arn,
        ...conditionOf(narrowed),
      };
      const longer = [...statements, statement];
      const size = Buffer.byteLength(policyOf(longer));
      if (size > largestPolicy)
        throw new AwsError(
          "PolicyLengthExceededException",
          `The final policy size (${size}) is bigger than the limit (${largestPolicy}).`,
          400,
          { Type: "User" },
        );
      policies.set(name, longer);
      return { Statement: JSON.stringify(statement) };
    },
    GetPolicy({ FunctionName }: Named) {
      const statements = policies.get(configOf(FunctionName).name);
      if (!statements) throw noSuchResource();
      return { Policy: policyOf(statements), RevisionId: String(statements.length) };
    },
  };
  return { operations, forget: (name: string) => void policies.delete(name) };
};
