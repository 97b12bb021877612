import { AwsError } from "../../kernel/engine.ts";
import type { Context } from "./calls.ts";
import { indexFrom } from "./changes.ts";
import { invalid, invalidParameter, notFound } from "./errors.ts";
import { type IndexSettings, type Store, settle, type Table, type Throughput } from "./store.ts";
import { describe, noThroughput } from "./table-description.ts";
import type { UpdateTable } from "./table-requests.ts";
import { checkIncluded, checkIndexSchema, indexOf } from "./table-schema.ts";
import { closeStream, openStream } from "./table-streams.ts";
import { named } from "./tables.ts";

const tooMany = (what: string) =>
  new AwsError("LimitExceededException", `Subscriber limit exceeded: ${what}`);

/** Does all of an update or, where some of it cannot be done, nothing. */
const allOrNothing = (store: Store, table: Table, update: () => void) => {
  const [settings, indexes] = [table.settings, new Map(table.indexes)];
  try {
    update();
  } catch (error) {
    settle(store, table, settings);
    table.indexes = indexes;
    throw error;
  }
};

const addIndex = (store: Store, table: Table, index: IndexSettings, throughput: Throughput) => {
  settle(store, table, {
    ...table.settings,
    indexes: [...table.settings.indexes, index],
    indexThroughput: { ...table.settings.indexThroughput, [index.name]: throughput },
  });
  table.indexes.set(index.name, indexFrom(table.settings, index, table.rows));
};

const checkIndex = (table: Table, name: string) => {
  if (!table.settings.indexes.some((index) => index.global && index.name === name))
    throw notFound(`Requested resource not found: Index: ${name} not found`);
};

const removeIndex = (store: Store, table: Table, name: string) => {
  checkIndex(table, name);
  settle(store, table, {
    ...table.settings,
    indexes: table.settings.indexes.filter((index) => index.name !== name),
  });
  table.indexes.delete(name);
};

/** Changes capacity, stream, indexes or protection at once. */
export const updateTable = ({ store }: Context, request: UpdateTable) => {
  const table = named(store, request.TableName);
  const { StreamSpecification, GlobalSecondaryIndexUpdates = [] } = request;
  const asked = [
    request.ProvisionedThroughput,
    request.BillingMode,
    StreamSpecification,
    request.SSESpecification,
    request.TableClass,
    request.DeletionProtectionEnabled,
    GlobalSecondaryIndexUpdates[0],
  ];
  if (asked.every((one) => one === undefined))
    throw invalid(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
    );
  const billing = request.BillingMode ?? table.settings.billing;
  if (billing === "PAY_PER_REQUEST" && request.ProvisionedThroughput)
    throw invalidParameter(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  if (StreamSpecification?.StreamEnabled === true && table.settings.streaming)
    throw invalid(`Table already has an enabled stream: TableName: ${request.TableName}`);
  if (StreamSpecification?.StreamEnabled === false && !table.settings.streaming)
    throw invalid("Table is already not associated with a stream");

  const seen = new Set<string>();
  for (const { Create, Update, Delete } of GlobalSecondaryIndexUpdates) {
    const one = Update ?? Create ?? Delete;
    if (!one)
      throw invalidParameter(
        "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
      );
    if (seen.has(one.IndexName))
      throw invalidParameter(
        `Only one global secondary index update per index is allowed simultaneously. Index: ${one.IndexName}`,
      );
    seen.add(one.IndexName);
  }
  if (GlobalSecondaryIndexUpdates.filter(({ Create, Delete }) => Create ?? Delete).length > 1)
    throw tooMany("Only 1 online index can be created or deleted simultaneously per table");
  const globals = table.settings.indexes.filter(({ global }) => global);
  if (globals.length >= 20 && GlobalSecondaryIndexUpdates.some(({ Create }) => Create))
    throw tooMany("Number of global secondary indexes exceeds per-table limit of 20");

  const [now, wanted] = [table.settings.throughput, request.ProvisionedThroughput];
  if (
    table.settings.billing === "PROVISIONED" &&
    wanted?.ReadCapacityUnits === now.ReadCapacityUnits &&
    wanted.WriteCapacityUnits === now.WriteCapacityUnits
  )
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${now.ReadCapacityUnits}. Requested ReadCapacityUnits: ${wanted.ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${now.WriteCapacityUnits}. Requested WriteCapacityUnits: ${wanted.WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );

  const throughput =
    billing === "PAY_PER_REQUEST"
      ? noThroughput
      : (request.ProvisionedThroughput ?? table.settings.throughput);
  allOrNothing(store, table, () => {
    settle(store, table, {
      ...table.settings,
      billing,
      throughput,
      protection: request.DeletionProtectionEnabled ?? table.settings.protection,
      ...(request.TableClass && { tableClass: request.TableClass }),
      ...(request.SSESpecification && { encryption: request.SSESpecification }),
    });
    for (const { Create, Update, Delete } of GlobalSecondaryIndexUpdates) {
      if (Create) {
        if (table.settings.indexes.some(({ name }) => name === Create.IndexName))
          throw invalidParameter(`Duplicate index name: ${Create.IndexName}`);
        const definitions = [...table.settings.definitions];
        for (const definition of request.AttributeDefinitions ?? [])
          if (!definitions.some((one) => one.AttributeName === definition.AttributeName))
            definitions.push({ ...definition });
        settle(store, table, { ...table.settings, definitions });
        checkIndexSchema(Create, definitions);
        const index = indexOf(Create, true, definitions);
        checkIncluded([...table.settings.indexes, index]);
        addIndex(store, table, index, Create.ProvisionedThroughput ?? noThroughput);
      } else if (Delete) removeIndex(store, table, Delete.IndexName);
      else if (Update) {
        checkIndex(table, Update.IndexName);
        settle(store, table, {
          ...table.settings,
          indexThroughput: {
            ...table.settings.indexThroughput,
            [Update.IndexName]: Update.ProvisionedThroughput,
          },
        });
      }
    }
    if (StreamSpecification)
      settle(
        store,
        table,
        StreamSpecification.StreamEnabled
          ? openStream(store, table.settings, StreamSpecification)
          : closeStream(store, table.settings),
      );
  });
  return { TableDescription: describe(store, table, "UPDATING") };
};
