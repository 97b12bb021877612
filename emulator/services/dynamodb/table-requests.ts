import type { IndexSettings, TableSettings, Throughput, ViewType } from "./store.ts";

/** The keys of a table or an index as requests define them. */
export type KeySchema = { AttributeName: string; KeyType: "HASH" | "RANGE" }[];

/** A secondary index as requests define it. */
export type IndexDefinition = {
  IndexName: string;
  KeySchema: KeySchema;
  Projection: { ProjectionType?: IndexSettings["projection"]; NonKeyAttributes?: string[] };
  ProvisionedThroughput?: Throughput;
};

/** Whether a table has a stream, and what its records show. */
export type StreamSpecification = { StreamEnabled: boolean; StreamViewType?: ViewType };

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

/** A request about a table and nothing else. */
export type ByName = { TableName: string };
