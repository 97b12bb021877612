import type { KeyPart } from "./keys.ts";
import { ownOf } from "./own.ts";
import { arnOf, type Store, type Table, type Throughput } from "./store.ts";
import { forgetClosed } from "./stream-log.ts";

/** The throughput of what is paid by the request. */
export const noThroughput: Throughput = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const schemaOf = (keys: KeyPart[]) =>
  keys.map(({ name }, i) => ({ AttributeName: name, KeyType: i === 0 ? "HASH" : "RANGE" }));

const throughputOf = (throughput: Throughput) => ({ NumberOfDecreasesToday: 0, ...throughput });

/** The table as CreateTable, DescribeTable and the others answer it. */
export const describe = (store: Store, table: Table, status = "ACTIVE") => {
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
          ProvisionedThroughput: throughputOf(
            ownOf(settings.indexThroughput, index.name) ?? noThroughput,
          ),
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
