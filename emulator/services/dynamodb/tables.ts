import { AwsError } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { Context } from "./calls.ts";
import { indexFrom, tableFrom } from "./changes.ts";
import { invalid, invalidParameter, notFound } from "./errors.ts";
import type { KeyPart } from "./keys.ts";
import { checkTableSchema } from "./requests.ts";
import {
  arnOf,
  type IndexSettings,
  type Store,
  settle,
  type Table,
  type TableSettings,
  type Throughput,
  type ViewType,
} from "./store.ts";
import { forgetClosed } from "./stream-log.ts";

type KeySchema = { AttributeName: string; KeyType: "HASH" | "RANGE" }[];
type IndexDefinition = {
  IndexName: string;
  KeySchema: KeySchema;
  Projection: { ProjectionType?: IndexSettings["projection"]; NonKeyAttributes?: string[] };
  ProvisionedThroughput?: Throughput;
};
type StreamSpecification = { StreamEnabled: boolean; StreamViewType?: ViewType };
type Options = {
  BillingMode?: TableSettings["billing"];
  ProvisionedThroughput?: Throughput;
  StreamSpecification?: StreamSpecification;
  DeletionProtectionEnabled?: boolean;
  TableClass?: string;
  SSESpecification?: TableSettings["encryption"];
};

/** The request CreateTable. */
export type CreateTable = Options & {
  TableName: string;
  AttributeDefinitions: TableSettings["definitions"];
  KeySchema: KeySchema;
  LocalSecondaryIndexes?: IndexDefinition[];
  GlobalSecondaryIndexes?: IndexDefinition[];
  Tags?: { Key: string; Value: string }[];
  /** Not AWS's: the label that the table's stream shall have, so that its ARN is known beforehand. */
  LatestStreamLabel?: string;
};

/** The request UpdateTable. */
export type UpdateTable = Options & {
  TableName: string;
  AttributeDefinitions?: TableSettings["definitions"];
  GlobalSecondaryIndexUpdates?: {
    Create?: IndexDefinition;
    Update?: { IndexName: string; ProvisionedThroughput: Throughput };
    Delete?: { IndexName: string };
  }[];
};
type ByName = { TableName: string };

const none: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const keysOf = (schema: KeySchema, definitions: TableSettings["definitions"]): KeyPart[] =>
  schema.map(({ AttributeName }) => ({
    name: AttributeName,
    type: definitions.find((one) => one.AttributeName === AttributeName)
      ?.AttributeType as KeyPart["type"],
  }));

const indexOf = (
  { IndexName, KeySchema, Projection }: IndexDefinition,
  global: boolean,
  definitions: TableSettings["definitions"],
): IndexSettings => ({
  name: IndexName,
  global,
  keys: keysOf(KeySchema, definitions),
  projection: Projection.ProjectionType ?? "ALL",
  included: Projection.NonKeyAttributes ?? [],
});

const schemaOf = (keys: KeyPart[]) =>
  keys.map(({ name }, i) => ({ AttributeName: name, KeyType: i === 0 ? "HASH" : "RANGE" }));

const throughputOf = (throughput: Throughput) => ({ NumberOfDecreasesToday: 0, ...throughput });

/** The table as CreateTable, DescribeTable and the others answer it. */
const describe = (store: Store, table: Table, status = "ACTIVE") => {
  const { settings } = table;
  forgetClosed(store);
  const stream = settings.streamArn ? store.streams.get(settings.streamArn) : undefined;
  const TableArn = arnOf(store, settings.name);
  const sizeOf = (rows: Table["rows"]) => {
    let size = 0;
    rows.walk({ from: "", to: "\uffff" }, (row) => {
      size += row.size;
      return true;
    });
    return { ItemCount: rows.size(), bytes: size };
  };
  const indexes = (global: boolean) => {
    const some = settings.indexes.filter((index) => index.global === global);
    if (some.length === 0) return undefined;
    return some.map((index) => {
      const { ItemCount, bytes } = sizeOf(table.indexes.get(index.name) as Table["rows"]);
      return {
        IndexName: index.name,
        KeySchema: schemaOf(index.keys),
        Projection: {
          ProjectionType: index.projection,
          ...(index.included.length > 0 && { NonKeyAttributes: index.included }),
        },
        ...(global && {
          IndexStatus: status === "CREATING" ? status : "ACTIVE",
          ProvisionedThroughput: throughputOf(settings.indexThroughput[index.name] ?? none),
        }),
        IndexSizeBytes: bytes,
        ItemCount,
        IndexArn: `${TableArn}/index/${index.name}`,
      };
    });
  };
  const { ItemCount, bytes } = sizeOf(table.rows);
  const [local, global] = [indexes(false), indexes(true)];
  return {
    AttributeDefinitions: settings.definitions,
    TableName: settings.name,
    KeySchema: schemaOf(settings.keys),
    TableStatus: status,
    CreationDateTime: settings.createdAt,
    ProvisionedThroughput: throughputOf(settings.throughput),
    TableSizeBytes: bytes,
    ItemCount,
    TableArn,
    TableId: settings.id,
    ...(settings.billing === "PAY_PER_REQUEST" && {
      BillingModeSummary: {
        BillingMode: settings.billing,
        LastUpdateToPayPerRequestDateTime: settings.createdAt,
      },
    }),
    ...(local && { LocalSecondaryIndexes: local }),
    ...(global && { GlobalSecondaryIndexes: global }),
    ...(stream && {
      ...(settings.streaming && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: stream.view },
      }),
      LatestStreamLabel: stream.label,
      LatestStreamArn: stream.arn,
    }),
    ...(settings.encryption?.Enabled && {
      SSEDescription: {
        Status: "ENABLED",
        SSEType: settings.encryption.SSEType ?? "KMS",
        ...(settings.encryption.KMSMasterKeyId && {
          KMSMasterKeyArn: settings.encryption.KMSMasterKeyId,
        }),
      },
    }),
    ...(settings.tableClass && { TableClassSummary: { TableClass: settings.tableClass } }),
    DeletionProtectionEnabled: settings.protection,
  };
};

/** AWS's label of a new stream: the moment, to the millisecond. Two in one moment get different labels. */
const freshLabel = (store: Store, table: string) => {
  for (let moment = store.world.clock.now(); ; moment += 1) {
    const label = new Date(moment).toISOString().slice(0, 23);
    if (!store.streams.has(`${arnOf(store, table)}/stream/${label}`)) return label;
  }
};

const openStream = (
  store: Store,
  settings: TableSettings,
  { StreamViewType }: StreamSpecification,
  label = freshLabel(store, settings.name),
): TableSettings => {
  if (!StreamViewType)
    throw invalidParameter(
      "StreamViewType must be specified when StreamEnabled is true in StreamSpecification",
    );
  const arn = `${arnOf(store, settings.name)}/stream/${label}`;
  store.streams.set(arn, {
    arn,
    label,
    table: settings.name,
    view: StreamViewType,
    keys: settings.keys,
    createdAt: store.world.clock.now() / 1000,
    first: 0,
    records: [],
  });
  store.changed.stream(arn);
  return { ...settings, streamArn: arn, streaming: true };
};

const closeStream = (store: Store, settings: TableSettings): TableSettings => {
  const stream = settings.streamArn ? store.streams.get(settings.streamArn) : undefined;
  if (stream && stream.closedAt === undefined) {
    stream.closedAt = store.world.clock.now();
    store.changed.stream(stream.arn);
  }
  return { ...settings, streaming: false };
};

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
  const mistake = checkTableSchema(request as unknown as Record<string, unknown>);
  if (mistake) throw invalid(mistake);
  const { TableName, AttributeDefinitions, StreamSpecification } = request;
  if (store.tables.has(TableName))
    throw new AwsError("ResourceInUseException", `Table already exists: ${TableName}`);
  const definitions = AttributeDefinitions.map((definition) => ({ ...definition }));
  const [local, global] = [
    request.LocalSecondaryIndexes ?? [],
    request.GlobalSecondaryIndexes ?? [],
  ];
  const used = new Set(
    [request, ...local, ...global].flatMap(({ KeySchema }) =>
      KeySchema.map(({ AttributeName }) => AttributeName),
    ),
  );
  if (used.size !== definitions.length)
    throw invalidParameter(
      `Some AttributeDefinitions are not used. AttributeDefinitions: [${definitions.map((d) => d.AttributeName).join(", ")}], keys used: [${[...used].join(", ")}]`,
    );
  const settings: TableSettings = {
    name: TableName,
    id: uuid(store.world.clock.random),
    createdAt: store.world.clock.now() / 1000,
    keys: keysOf(request.KeySchema, definitions),
    definitions,
    indexes: [
      ...local.map((index) => indexOf(index, false, definitions)),
      ...global.map((index) => indexOf(index, true, definitions)),
    ],
    billing: request.BillingMode ?? "PROVISIONED",
    throughput: request.ProvisionedThroughput ?? none,
    indexThroughput: Object.fromEntries(
      global.map((index) => [index.IndexName, index.ProvisionedThroughput ?? none]),
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

const named = (store: Store, name: string): Table => {
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

const tooMany = (what: string) =>
  new AwsError("LimitExceededException", `Subscriber limit exceeded: ${what}`);

/** An INCLUDE names at most 20 attributes, those of a table's indexes together at most 100. */
const checkIncluded = (indexes: Pick<IndexSettings, "name" | "included">[]) => {
  for (const { name, included } of indexes)
    if (included.length > 20)
      throw invalidParameter(`Index ${name} has ${included.length} NonKeyAttributes, more than 20`);
  const all = indexes.reduce((sum, { included }) => sum + included.length, 0);
  if (all > 100) throw invalidParameter(`The indexes have ${all} NonKeyAttributes, more than 100`);
};

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
      ? none
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
        const index = indexOf(Create, true, definitions);
        checkIncluded([...table.settings.indexes, index]);
        if (index.keys.some(({ type }) => type === undefined))
          throw invalidParameter(
            `Some index key attributes are not defined in AttributeDefinitions. Keys: [${index.keys.map(({ name }) => name).join(", ")}], AttributeDefinitions: [${definitions.map((d) => d.AttributeName).join(", ")}]`,
          );
        addIndex(store, table, index, Create.ProvisionedThroughput ?? none);
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
