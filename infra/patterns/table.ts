import { production } from "../stage.ts";
import "./link.ts";

const base = (context: string) => ({
  deletionProtection: production,
  transform: {
    table: {
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
      tags: { context },
    },
  },
});

/** A single table: pk and sk, and where named, one sparse index on gsi1pk and gsi1sk that holds keys only. */
export const table = (
  name: string,
  { context, index, expires }: { context: string; index?: string; expires?: boolean },
) =>
  new sst.aws.Dynamo(name, {
    ...base(context),
    fields: {
      pk: "string",
      sk: "string",
      ...(index && { gsi1pk: "string", gsi1sk: "string" }),
    },
    primaryIndex: { hashKey: "pk", rangeKey: "sk" },
    ...(index && {
      globalIndexes: {
        [index]: { hashKey: "gsi1pk", rangeKey: "gsi1sk", projection: "keys-only" },
      },
    }),
    ...(expires && { ttl: "expiresAt" }),
  });

/** The table of events that are not published yet. Its stream carries each new row to the relay. */
export const outboxTable = (name: string, { context }: { context: string }) =>
  new sst.aws.Dynamo(name, {
    ...base(context),
    fields: { pk: "string", sk: "string" },
    primaryIndex: { hashKey: "pk", rangeKey: "sk" },
    stream: "new-image",
  });
