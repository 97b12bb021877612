import { AwsError } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Context } from "./calls.ts";
import { tableFrom } from "./changes.ts";
import { invalid, invalidParameter, notFound } from "./errors.ts";
import type { Store, Table, TableSettings } from "./store.ts";
import { describe, noThroughput } from "./table-description.ts";
import type { ByName, CreateTable } from "./table-requests.ts";
import { checkIncluded, checkTableSchema, indexOf, keysOf } from "./table-schema.ts";
import { closeStream, openStream } from "./table-streams.ts";

/** Tags by their keys. */
export const tagsFrom = (tags: { Key: string; Value: string }[] = []) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

/** A table has at most 50 tags. */
export const checkTags = (tags: Record<string, string>) => {
  const count = Object.keys(tags).length;
  if (count > 50) throw invalidParameter(`Too many tags: ${count}, more than 50`);
};

/** A table is ready when CreateTable answers, although the answer says CREATING, as AWS's does. */
export const createTable = ({ store }: Context, request: CreateTable) => {
  checkTableSchema(request);
  const { TableName, AttributeDefinitions, StreamSpecification } = request;
  if (store.tables.has(TableName))
    throw new AwsError("ResourceInUseException", `Table already exists: ${TableName}`);
  const definitions = AttributeDefinitions.map((definition) => ({ ...definition }));
  const [local, global] = [
    request.LocalSecondaryIndexes ?? [],
    request.GlobalSecondaryIndexes ?? [],
  ];
  const settings: TableSettings = {
    name: TableName,
    id: uuid(store.world.clock, `dynamodb table ${TableName}`),
    createdAt: store.world.clock.now() / 1000,
    keys: keysOf(request.KeySchema, definitions),
    definitions,
    indexes: [
      ...local.map((index) => indexOf(index, false, definitions)),
      ...global.map((index) => indexOf(index, true, definitions)),
    ],
    billing: request.BillingMode ?? "PROVISIONED",
    throughput: request.ProvisionedThroughput ?? noThroughput,
    indexThroughput: Object.fromEntries(
      global.map((index) => [index.IndexName, index.ProvisionedThroughput ?? noThroughput]),
    ),
    streaming: false,
    recovery: false,
    protection: request.DeletionProtectionEnabled ?? false,
    ...(request.TableClass && { tableClass: request.TableClass }),
    ...(request.SSESpecification && { encryption: request.SSESpecification }),
    tags: tagsFrom(request.Tags),
  };
  checkIncluded(settings.indexes);
  checkTags(settings.tags);
  const table = tableFrom(
    StreamSpecification?.StreamEnabled
      ? openStream(store, settings, StreamSpecification, request.LatestStreamLabel)
      : settings,
  );
  store.tables.set(TableName, table);
  store.changed.table(TableName);
  return { TableDescription: describe(store, table, "CREATING") };
};

/** The table, or AWS's ResourceNotFoundException that names it. */
export const named = (store: Store, name: string): Table => {
  const table = store.tables.get(name);
  if (!table) throw notFound(`Requested resource not found: Table: ${name} not found`);
  return table;
};

/** The table as it is. */
export const describeTable = ({ store }: Context, { TableName }: ByName) => ({
  Table: describe(store, named(store, TableName)),
});

/** Deletes a table at once. Its stream can be read for another day. */
export const deleteTable = ({ store }: Context, { TableName }: ByName) => {
  const table = named(store, TableName);
  if (table.settings.protection)
    throw invalid(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
  const TableDescription = describe(store, table, "DELETING");
  closeStream(store, table.settings);
  const { name } = table.settings;
  store.tables.delete(name);
  store.changed.table(name);
  table.rows.walk({ from: "", to: "\uffff" }, (_row, place) => {
    store.changed.row(name, place);
    return true;
  });
  store.onExpiry(table);
  return { TableDescription };
};

/** Tables by their names, 100 a page. */
export const listTables = (
  { store }: Context,
  { ExclusiveStartTableName, Limit = 100 }: { ExclusiveStartTableName?: string; Limit?: number },
) => {
  const names = [...store.tables.keys()]
    .sort()
    .filter((name) => ExclusiveStartTableName === undefined || name > ExclusiveStartTableName);
  const TableNames = names.slice(0, Limit);
  return {
    TableNames,
    ...(names.length > Limit && { LastEvaluatedTableName: TableNames.at(-1) }),
  };
};
