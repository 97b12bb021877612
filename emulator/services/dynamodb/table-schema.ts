import { invalid, invalidParameter } from "./errors.ts";
import type { KeyPart } from "./keys.ts";
import type { IndexSettings, TableSettings, Throughput } from "./store.ts";
import type { CreateTable, IndexDefinition, KeySchema } from "./table-requests.ts";

type Definitions = TableSettings["definitions"];

const undefinedKeys = (keys: string[], defined: string[]) =>
  invalidParameter(
    `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
  );

const namesOf = (schema: KeySchema) => schema.map(({ AttributeName }) => AttributeName);
const defined = (definitions: Definitions) => definitions.map((one) => one.AttributeName);

/** The keys are two different attributes at most, first that of the partition. */
const checkOrder = (schema: KeySchema) => {
  const [hash, range] = schema;
  if (range && hash?.AttributeName === range.AttributeName)
    throw invalid(
      "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    );
  if (hash?.KeyType !== "HASH")
    throw invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  if (range && range.KeyType !== "RANGE")
    throw invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
};

const checkProjection = ({ Projection }: IndexDefinition) => {
  const { ProjectionType, NonKeyAttributes } = Projection;
  if (!ProjectionType) throw invalidParameter("Unknown ProjectionType: null");
  if (NonKeyAttributes && ProjectionType !== "INCLUDE")
    throw invalidParameter(
      `ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`,
    );
};

/** AWS's rules for the keys of an index. */
export const checkIndexSchema = ({ KeySchema }: IndexDefinition, definitions: Definitions) => {
  const [names, known] = [namesOf(KeySchema), defined(definitions)];
  if (names.some((name) => !known.includes(name))) throw undefinedKeys(names, known);
  checkOrder(KeySchema);
};

const checkLocal = (index: IndexDefinition, request: CreateTable) => {
  checkIndexSchema(index, request.AttributeDefinitions);
  const { IndexName, KeySchema } = index;
  if (KeySchema.length !== 2)
    throw invalidParameter(`Index KeySchema does not have a range key for index: ${IndexName}`);
  const [own, hash] = [namesOf(KeySchema)[0], namesOf(request.KeySchema)[0]];
  if (own !== hash)
    throw invalidParameter(
      `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. index hash key: ${own}, table hash key: ${hash}`,
    );
  checkProjection(index);
};

const checkGlobal = (index: IndexDefinition, request: CreateTable) => {
  checkIndexSchema(index, request.AttributeDefinitions);
  checkProjection(index);
  if (request.BillingMode === "PAY_PER_REQUEST" && index.ProvisionedThroughput)
    throw invalidParameter(
      `ProvisionedThroughput should not be specified for index: ${index.IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
};

const highest = 1_000_000_000_000;

const checkThroughput = ({ BillingMode, ProvisionedThroughput }: CreateTable) => {
  if (BillingMode === "PAY_PER_REQUEST") {
    if (!ProvisionedThroughput) return;
    throw invalidParameter(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  if (!ProvisionedThroughput?.ReadCapacityUnits || !ProvisionedThroughput.WriteCapacityUnits)
    throw invalidParameter(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  for (const unit of ["ReadCapacityUnits", "WriteCapacityUnits"] satisfies (keyof Throughput)[])
    if (ProvisionedThroughput[unit] > highest)
      throw invalid(`Given value ${ProvisionedThroughput[unit]} for ${unit} is out of bounds`);
};

/** AWS's rules for the schema of a new table and its indexes. */
export const checkTableSchema = (request: CreateTable) => {
  checkThroughput(request);
  const { AttributeDefinitions, KeySchema } = request;
  const [names, known] = [namesOf(KeySchema), defined(AttributeDefinitions)];
  if (names.length > known.length)
    throw invalid("Invalid KeySchema: Some index key attribute have no definition");
  if (names.some((name) => !known.includes(name))) throw undefinedKeys(names, known);
  checkOrder(KeySchema);
  const { LocalSecondaryIndexes: local, GlobalSecondaryIndexes: global } = request;
  if (!local && !global && names.length !== known.length)
    throw invalidParameter(
      "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );

  const seen = new Set<string>();
  const checkAll = (
    indexes: IndexDefinition[],
    check: (index: IndexDefinition, request: CreateTable) => void,
  ) => {
    for (const index of indexes) {
      check(index, request);
      if (seen.has(index.IndexName))
        throw invalidParameter(`Duplicate index name: ${index.IndexName}`);
      seen.add(index.IndexName);
    }
  };
  if (local) {
    if (local.length === 0) throw invalidParameter("List of LocalSecondaryIndexes is empty");
    if (names.length !== 2)
      throw invalidParameter(
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
      );
    checkAll(local, checkLocal);
    if (local.length > 5)
      throw invalidParameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  }
  if (global) {
    if (global.length === 0) throw invalidParameter("List of GlobalSecondaryIndexes is empty");
    checkAll(global, checkGlobal);
    if (global.length > 20)
      throw invalidParameter("GlobalSecondaryIndex count exceeds the per-table limit of 20");
  }
  const used = new Set(
    [
      names,
      ...[...(local ?? []), ...(global ?? [])].map((index) => namesOf(index.KeySchema)),
    ].flat(),
  );
  if (used.size !== known.length)
    throw invalidParameter(
      `Some AttributeDefinitions are not used. AttributeDefinitions: [${known.join(", ")}], keys used: [${[...used].join(", ")}]`,
    );
};

/** Keys with the types that were defined for them. */
export const keysOf = (schema: KeySchema, definitions: TableSettings["definitions"]): KeyPart[] =>
  schema.map(({ AttributeName }) => ({
    name: AttributeName,
    type: definitions.find((one) => one.AttributeName === AttributeName)
      ?.AttributeType as KeyPart["type"],
  }));

/** The settings of an index as it was defined. */
export const indexOf = (
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

/** An INCLUDE names at most 20 attributes, those of a table's indexes together at most 100. */
export const checkIncluded = (indexes: Pick<IndexSettings, "name" | "included">[]) => {
  for (const { name, included } of indexes)
    if (included.length > 20)
      throw invalidParameter(`Index ${name} has ${included.length} NonKeyAttributes, more than 20`);
  const all = indexes.reduce((sum, { included }) => sum + included.length, 0);
  if (all > 100) throw invalidParameter(`The indexes have ${all} NonKeyAttributes, more than 100`);
};
