import { AwsError, type Engine, notEmulated, type World } from "../../kernel/engine.ts";
import { objectIn } from "./events.ts";
import { paged } from "./paging.ts";
import type { Bus, Registry } from "./registry.ts";

const validation = (message: string) => new AwsError("ValidationException", message);

const shown = (bus: Bus) => ({
  Name: bus.name,
  Arn: bus.arn,
  ...(bus.description && { Description: bus.description }),
  ...(bus.statements.length > 0 && {
    Policy: JSON.stringify({ Version: "2012-10-17", Statement: bus.statements }),
  }),
  CreationTime: bus.createdAt / 1000,
  LastModifiedTime: bus.modifiedAt / 1000,
});

/** The operations on buses, their permissions, and the tags of buses and rules. */
export const busOperations = ({ clock }: World, registry: Registry): Engine["operations"] => {
  const { requireBus } = registry;
  const allow = (bus: Bus, statements: Bus["statements"]) => {
    registry.setBus({ ...bus, statements, modifiedAt: clock.now() });
    return {};
  };
  return {
    CreateEventBus({ Name, Description, KmsKeyIdentifier, DeadLetterConfig, ...more }) {
      for (const name of ["EventSourceName", "LogConfig"])
        if (more[name] !== undefined)
          throw notEmulated("events", `the parameter ${name} of CreateEventBus`);
      if (registry.bus(Name))
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${Name} already exists.`);
      const bus = registry.addBus(Name, {
        description: Description,
        kmsKey: KmsKeyIdentifier,
        deadLetters: DeadLetterConfig,
      });
      registry.tag(bus.arn, more.Tags);
      return { EventBusArn: bus.arn };
    },
    DescribeEventBus: ({ Name }) => shown(requireBus(Name)),
    ListEventBuses({ NamePrefix = "", ...input }) {
      const wanted = registry.buses().filter(({ name }) => name.startsWith(NamePrefix));
      const { page, ...more } = paged(wanted, input);
      return { EventBuses: page.map(shown), ...more };
    },
    DeleteEventBus({ Name }) {
      const name = registry.busNameOf(Name);
      if (name === "default") throw validation("Cannot delete event bus default.");
      if (registry.rulesOn(name).length > 0)
        throw validation(`Cannot delete event bus ${name}: it has rules.`);
      registry.deleteBus(name);
      return {};
    },
    PutPermission({ EventBusName, Policy, StatementId, Action, Principal, Condition }) {
      const bus = requireBus(EventBusName);
      if (Policy) {
        const document = objectIn(Policy);
        if (!document) throw validation("Parameter Policy is not valid.");
        return allow(bus, [document.Statement].flat() as Bus["statements"]);
      }
      if (!StatementId || !Action || !Principal)
        throw validation("Parameter StatementId, Action and Principal must be specified.");
      return allow(bus, [
        ...bus.statements.filter(({ Sid }) => Sid !== StatementId),
        {
          Sid: StatementId,
          Effect: "Allow",
          Principal: Principal === "*" ? "*" : { AWS: `arn:aws:iam::${Principal}:root` },
          Action,
          Resource: bus.arn,
          ...(Condition && {
            Condition: { [Condition.Type]: { [Condition.Key]: Condition.Value } },
          }),
        },
      ]);
    },
    RemovePermission({ EventBusName, StatementId, RemoveAllPermissions }) {
      const bus = requireBus(EventBusName);
      if (!RemoveAllPermissions && !bus.statements.some(({ Sid }) => Sid === StatementId))
        throw new AwsError(
          "ResourceNotFoundException",
          "Statement with the provided id does not exist.",
        );
      const left = bus.statements.filter(({ Sid }) => Sid !== StatementId);
      return allow(bus, RemoveAllPermissions ? [] : left);
    },
    TagResource({ ResourceARN, Tags }) {
      registry.tagsOf(ResourceARN);
      registry.tag(ResourceARN, Tags);
      return {};
    },
    UntagResource({ ResourceARN, TagKeys }) {
      const all = Object.entries(registry.tagsOf(ResourceARN));
      const left = all.filter(([key]) => !TagKeys.includes(key));
      registry.setTags(ResourceARN, Object.fromEntries(left));
      return {};
    },
    ListTagsForResource: ({ ResourceARN }) => ({
      Tags: Object.entries(registry.tagsOf(ResourceARN)).map(([Key, Value]) => ({ Key, Value })),
    }),
  };
};
