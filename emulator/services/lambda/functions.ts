import type { World } from "../../kernel/engine.ts";
import { invalid, notFound } from "./errors.ts";
import type { FunctionConfig, Runtime } from "./function.ts";

/** A function as it was created. */
export type Created = {
  config: FunctionConfig;
  handler: string;
  architectures: string[];
  deadLetter?: string;
  logGroup?: string;
  tags?: Record<string, string>;
  modified: number;
};

/**
 * What was changed of a function since. Kept apart from what it was created with: that is made anew at each boot,
 * access keys and addresses among its variables. A variable without a value was taken away.
 */
type Changes = {
  timeout: number;
  memory: number;
  variables: Record<string, string | null>;
  modified: number;
};

/** The longest that a call names a function by, version included. */
const longestReference = 170;

/** The name, and the version where one is named, in a function's name or ARN. */
export const partsOf = (nameOrArn: string) => {
  const [, name = nameOrArn, version] =
    /(?:^|function:)([^:]+)(?::([^:]+))?$/.exec(nameOrArn) ?? [];
  return { name, version };
};

/** The functions there are, as they are now. */
export const functionRegistry = ({ account, region, keep }: World, runtime: Runtime) => {
  const functions = keep.map<Created>("lambda.functions");
  const changes = keep.map<Changes>("lambda.changes");
  /** The code that the runtime has prepared for each function. */
  const prepared = new Map<string, string>();

  const arnOf = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;
  const current = (name: string): Created | undefined => {
    const created = functions.get(name);
    const changed = changes.get(name);
    if (!created || !changed) return created;
    const { timeout, memory, modified } = changed;
    const variables = { ...created.config.variables };
    for (const [variable, value] of Object.entries(changed.variables))
      if (value === null) delete variables[variable];
      else variables[variable] = value;
    return { ...created, modified, config: { ...created.config, timeout, memory, variables } };
  };

  return {
    arnOf,
    current,
    all: () => functions.values(),
    has: (name: string) => functions.has(name),
    size: () => functions.size,
    names: () => [...functions.keys()],
    /** A function by its name or ARN. There is no version but $LATEST, and no alias. */
    found(nameOrArn: string, qualifier?: string): Created {
      if (typeof nameOrArn !== "string" || nameOrArn.length > longestReference)
        throw invalid(
          `1 validation error detected: Value at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${longestReference}`,
        );
      const { name, version = qualifier } = partsOf(nameOrArn);
      const created = current(name);
      if (!created) throw notFound(arnOf(name));
      if (version && version !== "$LATEST") throw notFound(`${arnOf(name)}:${version}`);
      return created;
    },
    add: (created: Created) => void functions.set(created.config.name, created),
    change(
      name: string,
      {
        variables: wanted,
        ...settings
      }: Omit<Changes, "variables"> & Pick<FunctionConfig, "variables">,
    ) {
      const original = functions.get(name)?.config.variables ?? {};
      const variables = Object.fromEntries(
        [...new Set([...Object.keys(original), ...Object.keys(wanted)])]
          .filter((variable) => wanted[variable] !== original[variable])
          .map((variable) => [variable, wanted[variable] ?? null]),
      );
      changes.set(name, { ...settings, variables });
    },
    forget(name: string) {
      functions.delete(name);
      changes.delete(name);
      prepared.delete(name);
      runtime.crash(name);
    },
    /** Makes a function ready to be invoked, unless it is. */
    async prepare(config: FunctionConfig) {
      const code = `${config.file} ${config.exported}`;
      if (prepared.get(config.name) === code) return;
      await runtime.prepare(config);
      prepared.set(config.name, code);
    },
  };
};

/** See `functionRegistry`. */
export type FunctionRegistry = ReturnType<typeof functionRegistry>;
