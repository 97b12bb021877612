import { AwsError } from "../../kernel/engine.ts";
import type {
  BatchWriteItem,
  Context,
  DeleteAction,
  DeleteItem,
  PutAction,
  PutItem,
  UpdateAction,
  UpdateItem,
} from "./calls.ts";
import { change, writeUnits } from "./changes.ts";
import { checkKey, checkNewItem, checkPaths, checkUpdate, checkUpdatedItem } from "./checks.ts";
import { checkParameters, compiled } from "./compiled-expressions.ts";
import { type Condition, holds, type Path, project, type Values } from "./conditions.ts";
import { invalid } from "./errors.ts";
import { copyItem, type Item, largestItem, readItem, tooLarge } from "./items.ts";
import type { KeyPart } from "./keys.ts";
import { ownOf, setOwn } from "./own.ts";
import { itemOf, type Row, rowOf } from "./rows.ts";
import { placeOf, type Store, type Table, tableOf } from "./store.ts";
import { onlyRemoves, updated } from "./updates.ts";

/** One write, checked as far as it can be without the item that is there. */
export type Prepared = {
  table: Table;
  /** Where the item lies. */
  key: string;
  /** The item's key, at least. */
  item: Item;
  /** Bytes of the item that the request itself brings along. */
  size: number;
  /** Whether the condition holds for the item that is there. */
  allows: (before: Row | undefined) => boolean;
  /** What is there afterwards. Throws what AWS answers to an update that does not fit the item. */
  after: (before: Row | undefined) => Row | undefined;
};

const conditionOf = (condition: Condition | undefined, values: Values) =>
  condition
    ? (before: Row | undefined) => holds(condition, before ? itemOf(before) : {}, values)
    : () => true;

/** A PutItem, or a Put of a transaction or a batch. */
export const preparePut = (store: Store, request: PutAction): Prepared => {
  checkParameters(request, ["ConditionExpression"]);
  const item = readItem(request.Item);
  const row = rowOf(item);
  if (row.size > largestItem) throw tooLarge(false);
  const { expressions, values } = compiled(request);
  const table = tableOf(store, request.TableName);
  checkNewItem(table, item);
  checkPaths(table, expressions);
  return {
    table,
    key: placeOf(table, item),
    item,
    size: row.size,
    allows: conditionOf(expressions.condition, values),
    after: () => row,
  };
};

/** A DeleteItem, or a Delete or a ConditionCheck of a transaction. */
export const prepareDelete = (store: Store, request: DeleteAction): Prepared => {
  checkParameters(request, ["ConditionExpression"]);
  const key = readItem(request.Key);
  const { expressions, values } = compiled(request);
  const table = tableOf(store, request.TableName);
  checkKey(key, table.settings.keys);
  checkPaths(table, expressions);
  return {
    table,
    key: placeOf(table, key),
    item: key,
    size: 0,
    allows: conditionOf(expressions.condition, values),
    after: () => undefined,
  };
};

/** An UpdateItem, or an Update of a transaction. */
export const prepareUpdate = (
  store: Store,
  request: UpdateAction,
): Prepared & { paths: Path[] } => {
  checkParameters(request, ["UpdateExpression", "ConditionExpression"]);
  const key = readItem(request.Key);
  const { expressions, values } = compiled(request);
  const table = tableOf(store, request.TableName);
  checkKey(key, table.settings.keys);
  checkUpdate(table, expressions.update);
  checkPaths(table, expressions);
  const { update } = expressions;
  return {
    table,
    key: placeOf(table, key),
    item: key,
    size: 0,
    allows: conditionOf(expressions.condition, values),
    after(before) {
      if (!update) return before ?? rowOf(key);
      const item = updated(before ? itemOf(before) : key, update, values);
      if (!before && onlyRemoves(update)) return undefined;
      checkUpdatedItem(table, item, update);
      const row = rowOf(item);
      if (row.size > largestItem) throw tooLarge(true);
      return row;
    },
    paths: update?.paths ?? [],
  };
};

const refused = (before: Row | undefined, show: "ALL_OLD" | "NONE" | undefined) =>
  new AwsError(
    "ConditionalCheckFailedException",
    "The conditional request failed",
    400,
    show === "ALL_OLD" && before ? { Item: copyItem(itemOf(before)) } : {},
  );

/** What a write is charged for: the larger of the two images. */
const sizeOf = (before: Row | undefined, after: Row | undefined) =>
  Math.max(before?.size ?? 0, after?.size ?? 0);

const perform = (
  { store, meter }: Context,
  { table, key, size, allows, after }: Prepared,
  show: "ALL_OLD" | "NONE" | undefined,
) => {
  const before = table.rows.get(key);
  if (!allows(before)) {
    // A write that is refused by its condition is paid for all the same.
    meter.write(table, writeUnits(Math.max(before?.size ?? 0, size)));
    throw refused(before, show);
  }
  const next = after(before);
  const indexes = change(store, table, key, before, next);
  meter.write(table, writeUnits(sizeOf(before, next)), indexes);
  return { before, next };
};

type Answered = { ReturnConsumedCapacity?: string; ReturnItemCollectionMetrics?: string };

/** The partition that a write touched, where the table has local indexes; here it is never near 1 GB. */
const metricsOf = (
  { ReturnItemCollectionMetrics: wanted }: Answered,
  { table, item }: Prepared,
) => {
  if (wanted !== "SIZE" || table.settings.indexes.every(({ global }) => global)) return undefined;
  const name = (table.settings.keys[0] as KeyPart).name;
  return {
    ItemCollectionKey: { [name]: { ...item[name] } },
    SizeEstimateRangeGB: [0, 1],
  };
};

const answer = (context: Context, request: Answered, prepared: Prepared, attributes?: Item) => {
  const [ConsumedCapacity] = context.meter.answer(request.ReturnConsumedCapacity) ?? [];
  const ItemCollectionMetrics = metricsOf(request, prepared);
  return {
    ...(attributes && { Attributes: attributes }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
    ...(ItemCollectionMetrics && { ItemCollectionMetrics }),
  };
};

/** ItemCollectionMetrics of several writes, by table. */
export const metricsOfAll = (request: Answered, writes: Prepared[]) => {
  const byTable: Record<string, object[]> = {};
  for (const write of writes) {
    const metrics = metricsOf(request, write);
    const { name } = write.table.settings;
    if (metrics) setOwn(byTable, name, [...(ownOf(byTable, name) ?? []), metrics]);
  }
  return Object.keys(byTable).length > 0 ? { ItemCollectionMetrics: byTable } : {};
};

const onlyOld = ({ ReturnValues: wanted }: { ReturnValues?: string }) => {
  if (wanted !== undefined && wanted !== "ALL_OLD" && wanted !== "NONE")
    throw invalid("ReturnValues can only be ALL_OLD or NONE");
};

const oldOf = (request: { ReturnValues?: string }, before: Row | undefined) =>
  request.ReturnValues === "ALL_OLD" && before ? copyItem(itemOf(before)) : undefined;

/** Puts one item in the place of what is there. */
export const putItem = (context: Context, request: PutItem) => {
  onlyOld(request);
  const prepared = preparePut(context.store, request);
  const { before } = perform(context, prepared, request.ReturnValuesOnConditionCheckFailure);
  return answer(context, request, prepared, oldOf(request, before));
};

/** Deletes one item; one that is not there is fine. */
export const deleteItem = (context: Context, request: DeleteItem) => {
  onlyOld(request);
  const prepared = prepareDelete(context.store, request);
  const { before } = perform(context, prepared, request.ReturnValuesOnConditionCheckFailure);
  return answer(context, request, prepared, oldOf(request, before));
};

/** Changes one item, or makes it. */
export const updateItem = (context: Context, request: UpdateItem) => {
  const prepared = prepareUpdate(context.store, request);
  const { before, next } = perform(context, prepared, request.ReturnValuesOnConditionCheckFailure);
  const some = (row: Row | undefined) => {
    const item = row && project(itemOf(row), prepared.paths);
    return item && Object.keys(item).length > 0 ? item : undefined;
  };
  const attributes = {
    NONE: () => undefined,
    ALL_OLD: () => oldOf(request, before),
    ALL_NEW: () => next && copyItem(itemOf(next)),
    UPDATED_OLD: () => some(before),
    UPDATED_NEW: () => some(next),
  }[request.ReturnValues ?? "NONE"]();
  return answer(context, request, prepared, attributes);
};

/** Up to 25 puts and deletes, each for itself: no conditions, no common fate. */
export const batchWriteItem = (context: Context, request: BatchWriteItem) => {
  const { store, meter } = context;
  const names = Object.keys(request.RequestItems);
  const total = names.reduce((sum, name) => sum + (request.RequestItems[name]?.length ?? 0), 0);
  if (total === 0) throw invalid("The requestItems parameter is required for BatchWriteItem");
  if (total > 25) throw invalid("Too many items requested for the BatchWriteItem call");
  const prepared = names.flatMap((TableName) =>
    (request.RequestItems[TableName] ?? []).map((item) => {
      const { PutRequest, DeleteRequest } = item ?? {};
      if (!PutRequest === !DeleteRequest)
        throw invalid(
          "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        );
      return PutRequest
        ? preparePut(store, { TableName, Item: PutRequest.Item })
        : prepareDelete(store, { TableName, Key: DeleteRequest?.Key as Item });
    }),
  );
  const places = new Set(prepared.map(({ table, key }) => `${table.settings.name}/${key}`));
  if (places.size < prepared.length)
    throw invalid("Provided list of item keys contains duplicates");
  for (const write of prepared) {
    const before = write.table.rows.get(write.key);
    const after = write.after(before);
    const indexes = change(store, write.table, write.key, before, after);
    meter.write(write.table, writeUnits(sizeOf(before, after)), indexes);
  }
  const ConsumedCapacity = meter.answer(request.ReturnConsumedCapacity);
  return {
    UnprocessedItems: {},
    ...(ConsumedCapacity && { ConsumedCapacity }),
    ...metricsOfAll(request, prepared),
  };
};
