import { AwsError, notEmulated, type Operation, type World } from "../../kernel/engine.ts";
import { pageOf } from "../../kernel/paging.ts";
import { uuid } from "../../kernel/uuid.ts";
import { readDefinition } from "./definition/read.ts";
import type { Definitions } from "./definitions.ts";

/** A state machine, as plain data. An entry is never changed: another one takes its place. */
export type Machine = {
  arn: string;
  name: string;
  /** The id of its definition. */
  definition: string;
  roleArn: string;
  creationDate: number;
  revisionId?: string;
  deleting: boolean;
  logging: unknown;
  tracing: unknown;
  tags: Record<string, string>;
};

// biome-ignore lint/suspicious/noExplicitAny: validated below
type Input = any;

/** AWS's refusal of a request whose shape is wrong. */
export const invalid = (message: string) =>
  new AwsError("ValidationException", `1 validation error detected: ${message}`);

/** A member of a request that has to be there. */
export const required = (input: Input, member: string): string => {
  const value = input?.[member];
  if (value === undefined || value === null)
    throw invalid(
      `Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
};

/** Refuses a text that is longer than AWS takes it. */
export const atMost = (input: Input, member: string, most: number) => {
  if (input?.[member]?.length > most)
    throw invalid(
      `Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
    );
};

/** Refuses members that would change what AWS does, and do nothing here. */
export const refuse = (input: Input, members: string[]) => {
  for (const member of members)
    if (input?.[member]) throw notEmulated("states", `the parameter ${member}`);
};

/** Refuses a name that AWS does not allow for a state machine or an execution. */
export const checkName = (name: unknown) => {
  const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;
  if (typeof name !== "string" || name.length < 1 || name.length > 80 || forbidden.test(name))
    throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
};

const DEFINITION_LIMIT = 1024 * 1024;

/** Cuts a page out of a list. The token is the place to go on from. */
export const paged = <Item>(all: Item[], input: Input, most = 100) => {
  const { maxResults = 0, nextToken } = input ?? {};
  if (maxResults > 1000)
    throw invalid(
      `Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000`,
    );
  const { page, next } = pageOf(
    all,
    maxResults || most,
    nextToken,
    () => new AwsError("InvalidToken", "Invalid Token: 'Invalid token'"),
  );
  return { items: page, ...(next && { nextToken: next }) };
};

/** The operations on state machines. */
export const machineOperations = ({
  world,
  machines,
  definitions,
  isRunning,
}: {
  world: World;
  machines: Map<string, Machine>;
  definitions: Definitions;
  isRunning: (arn: string) => boolean;
}): Record<string, Operation> => {
  const { clock, account, region } = world;

  const find = (arn: string): Machine => {
    const machine = machines.get(arn);
    if (!machine)
      throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
    return machine;
  };

  const resource = (arn: string): Machine => {
    const machine = machines.get(arn);
    if (!machine) throw new AwsError("ResourceNotFound", `Resource not found: '${arn}'`);
    return machine;
  };

  /** The id of a definition that is right. */
  const checked = (definition: string): string => {
    atMost({ definition }, "definition", DEFINITION_LIMIT);
    const read = readDefinition(definition);
    if ("workflow" in read) return definitions.add(definition);
    const problems = read.diagnostics
      .map(
        ({ code, message, location }) => `${code}: ${message}${location ? ` at ${location}` : ""}`,
      )
      .join(", ");
    throw new AwsError("InvalidDefinition", `Invalid State Machine Definition: '${problems}'`);
  };

  const checkRole = (roleArn: unknown) => {
    if (typeof roleArn !== "string" || !roleArn.startsWith("arn:"))
      throw new AwsError("InvalidArn", `Invalid Role Arn: '${roleArn}'`);
  };

  /** Two texts of the same settings are the same settings. */
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

  const described = (machine: Machine) => ({
    definition: definitions.text(machine.definition),
    encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    loggingConfiguration: machine.logging,
    name: machine.name,
    ...(machine.revisionId && { revisionId: machine.revisionId }),
    roleArn: machine.roleArn,
    stateMachineArn: machine.arn,
    tracingConfiguration: machine.tracing,
  });

  return {
    CreateStateMachine: (input: Input) => {
      const name = required(input, "name");
      const definition = required(input, "definition");
      const roleArn = required(input, "roleArn");
      refuse(input, ["publish", "versionDescription"]);
      checkName(name);
      checkRole(roleArn);
      if ((input.type ?? "STANDARD") !== "STANDARD")
        throw notEmulated("states", `the type ${input.type} of CreateStateMachine`);
      const id = checked(definition);
      const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      const logging = input.loggingConfiguration ?? { includeExecutionData: false, level: "OFF" };
      const tracing = input.tracingConfiguration ?? { enabled: false };
      const known = machines.get(arn);
      if (known) {
        if (known.deleting)
          throw new AwsError("StateMachineDeleting", `State Machine Is Being Deleted: '${arn}'`);
        const again = [known.definition, known.logging, known.tracing];
        if (!same(again, [id, logging, tracing]))
          throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${arn}'`);
        return { stateMachineArn: arn, creationDate: known.creationDate };
      }
      const tags = Object.fromEntries(
        (input.tags ?? []).map(({ key, value }: Input) => [key, value]),
      );
      const creationDate = clock.now() / 1000;
      const fixed = { arn, name, definition: id, roleArn, creationDate };
      machines.set(arn, { ...fixed, logging, tracing, tags, deleting: false });
      return { stateMachineArn: arn, creationDate };
    },

    UpdateStateMachine: (input: Input) => {
      const machine = find(required(input, "stateMachineArn"));
      refuse(input, ["publish", "versionDescription"]);
      const { definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
      if (!definition && !roleArn && !loggingConfiguration && !tracingConfiguration)
        throw new AwsError(
          "MissingRequiredParameter",
          "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
        );
      if (machine.deleting)
        throw new AwsError(
          "StateMachineDeleting",
          `State Machine Is Being Deleted: '${machine.arn}'`,
        );
      if (roleArn) checkRole(roleArn);
      const id = definition && checked(definition);
      const revisionId = uuid(clock, `states revision ${machine.arn}`);
      machines.set(machine.arn, {
        ...machine,
        ...(id && { definition: id }),
        ...(roleArn && { roleArn }),
        ...(loggingConfiguration && { logging: loggingConfiguration }),
        ...(tracingConfiguration && { tracing: tracingConfiguration }),
        revisionId,
      });
      return { updateDate: clock.now() / 1000, revisionId };
    },

    DeleteStateMachine: (input: Input) => {
      const arn = required(input, "stateMachineArn");
      const machine = machines.get(arn);
      if (!machine) return {};
      if (isRunning(arn)) machines.set(arn, { ...machine, deleting: true });
      else machines.delete(arn);
      return {};
    },

    DescribeStateMachine: (input: Input) => {
      const machine = find(required(input, "stateMachineArn"));
      const { creationDate, deleting } = machine;
      const status = deleting ? "DELETING" : "ACTIVE";
      return { ...described(machine), creationDate, status, type: "STANDARD" };
    },

    ListStateMachines: (input: Input) => {
      const all = [...machines.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, ...more } = paged(all, input);
      const stateMachines = items.map(({ arn, name, creationDate }) => ({
        stateMachineArn: arn,
        name,
        type: "STANDARD",
        creationDate,
      }));
      return { stateMachines, ...more };
    },

    ValidateStateMachineDefinition: (input: Input) => {
      const definition = required(input, "definition");
      atMost(input, "definition", DEFINITION_LIMIT);
      const { maxResults = 0 } = input;
      if (!(maxResults >= 0 && maxResults <= 100))
        throw invalid(
          `Value '${maxResults}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100`,
        );
      const read = readDefinition(definition);
      const found = "diagnostics" in read ? read.diagnostics : [];
      const diagnostics = found.slice(0, maxResults || 100);
      const truncated = diagnostics.length < found.length;
      return { result: found.length > 0 ? "FAIL" : "OK", diagnostics, truncated };
    },

    TagResource: (input: Input) => {
      const machine = resource(required(input, "resourceArn"));
      const added = (input.tags ?? []).map(({ key, value }: Input) => [key, value]);
      const tags = { ...machine.tags, ...Object.fromEntries(added) };
      machines.set(machine.arn, { ...machine, tags });
      return {};
    },

    UntagResource: (input: Input) => {
      const machine = resource(required(input, "resourceArn"));
      const left = Object.entries(machine.tags).filter(
        ([key]) => !(input.tagKeys ?? []).includes(key),
      );
      machines.set(machine.arn, { ...machine, tags: Object.fromEntries(left) });
      return {};
    },

    ListTagsForResource: (input: Input) => {
      const { tags } = resource(required(input, "resourceArn"));
      return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
    },
  };
};
