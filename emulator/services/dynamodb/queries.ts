import type { Context, Page, Query, Scan } from "./calls.ts";
import { checkPaths, emptyKey, isEmpty } from "./checks.ts";
import { checkParameters, compiled } from "./compiled-expressions.ts";
import { compareValues, holds, type Values } from "./conditions.ts";
import { invalid, invalidParameter } from "./errors.ts";
import type { KeyComparison } from "./expressions/key-conditions.ts";
import type { Expressions } from "./expressions/members.ts";
import { type AttributeValue, attribute, type Item, readItem } from "./items.ts";
import {
  indexKeyOf,
  type KeyPart,
  keyOf,
  partitionPrefix,
  type RangeCondition,
  segmentOf,
  stretchOf,
} from "./keys.ts";
import { ownOf } from "./own.ts";
import { shownOf } from "./reads.ts";
import { itemOf, type Row } from "./rows.ts";
import type { Sorted } from "./sorted.ts";
import { type IndexSettings, placeOf, type Table, tableOf } from "./store.ts";
import { readUnits } from "./units.ts";

/** What is read page by page: a table or one of its indexes. */
type Source = {
  table: Table;
  index?: IndexSettings;
  rows: Sorted<Row>;
  keys: readonly KeyPart[];
  /** The attributes of a start key: the index's key and the table's. */
  startNames: string[];
};

const sourceOf = (table: Table, request: Page): Source => {
  const { keys, indexes } = table.settings;
  const names = keys.map(({ name }) => name);
  if (request.IndexName === undefined) return { table, rows: table.rows, keys, startNames: names };
  const index = indexes.find(({ name }) => name === request.IndexName);
  if (!index) throw invalid(`The table does not have the specified index: ${request.IndexName}`);
  if (index.global && request.ConsistentRead)
    throw invalid("Consistent reads are not supported on global secondary indexes");
  return {
    table,
    index,
    rows: table.indexes.get(index.name) as Sorted<Row>,
    keys: index.keys,
    startNames: [...new Set([...names, ...index.keys.map(({ name }) => name)])],
  };
};

/** Whether what is wanted must be fetched from the table, because the index does not hold it. */
const fetches = ({ index, startNames }: Source, request: Page, expressions: Expressions) => {
  if (!index || index.projection === "ALL") return false;
  if (request.Select === "ALL_ATTRIBUTES") {
    if (!index.global) return true;
    throw invalidParameter(
      `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  const held = new Set([...startNames, ...index.included]);
  const heads = [
    ...(expressions.projection ?? []).map(([head]) => head as string),
    ...(expressions.filterHeads ?? []),
  ];
  const missing = [...new Set(heads.filter((head) => !held.has(head)))];
  if (missing.length === 0) return false;
  if (!index.global) return true;
  throw invalidParameter(
    `Global secondary index ${index.name} does not project [${missing.join(", ")}]`,
  );
};

/** `before` is how AWS begins what it says of a Query, and not of a Scan. */
const checkSelect = (
  { Select, IndexName, ProjectionExpression, AttributesToGet }: Page,
  before = "",
) => {
  const chosen =
    (ProjectionExpression !== undefined && "ProjectionExpression") ||
    (AttributesToGet !== undefined && "AttributesToGet");
  if (Select === "ALL_PROJECTED_ATTRIBUTES" && IndexName === undefined)
    throw invalid(
      `${before}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
    );
  if (Select === "SPECIFIC_ATTRIBUTES" && !chosen)
    throw invalid(
      `${before}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
    );
  if (Select !== undefined && Select !== "SPECIFIC_ATTRIBUTES" && chosen)
    throw invalid(
      `${before}Cannot specify the ${chosen} when choosing to get ${Select === "COUNT" ? "only the Count" : Select}`,
    );
};

const startKeyInvalid = (detail?: string) =>
  invalid(`The provided starting key is invalid${detail ? `: ${detail}` : ""}`);

/** Where a page begins: behind this place. The item itself may be gone. */
const startOf = (source: Source, given: Item): { place: string; start: Item } => {
  const { index, table, keys, startNames } = source;
  const start = readItem(given);
  const noMatch = "The provided key element does not match the schema";
  if (Object.keys(start).length !== startNames.length)
    throw startKeyInvalid(index ? undefined : noMatch);
  for (const { name, type } of [...keys, ...table.settings.keys])
    if (attribute(start, name)?.[type] === undefined)
      throw startKeyInvalid(index && keys.some((key) => key.name === name) ? undefined : noMatch);
  const place = index
    ? (indexKeyOf(start, index.keys, table.settings.keys) as string)
    : placeOf(table, start);
  return { place, start };
};

const largestPage = 1024 * 1024;

/** Reads one page of the stretch and answers as Query and Scan do. */
const page = (
  { store, meter }: Context,
  source: Source,
  request: Page,
  { from, to, reverse }: { from: string; to: string; reverse: boolean },
  expressions: Expressions,
  values: Values,
) => {
  const { table, index, rows, startNames } = source;
  const fetching = fetches(source, request, expressions);
  const counts = request.Select === "COUNT";
  const items: Item[] = [];
  let [scanned, matched, size, fetched] = [0, 0, 0, 0];
  let last: Row | undefined;
  let more = false;

  const view = store.past.view(request.ConsistentRead);

  view.walk(rows, { from, to, reverse }, (row) => {
    scanned += 1;
    size += row.size;
    const whole = fetching ? (view.get(table.rows, placeOf(table, itemOf(row))) as Row) : row;
    if (fetching) fetched += readUnits(whole.size);
    if (!expressions.filter || holds(expressions.filter, itemOf(whole), values)) {
      matched += 1;
      if (!counts) items.push(shownOf(whole, expressions.projection));
    }
    last = row;
    more = scanned === request.Limit || size >= largestPage;
    return !more;
  });

  const factor = request.ConsistentRead ? 1 : 0.5;
  meter.read(table, readUnits(size) * factor, index?.name);
  if (fetched > 0) meter.read(table, fetched * factor);
  const end = more && last ? itemOf(last) : undefined;
  const [ConsumedCapacity] = meter.answer(request.ReturnConsumedCapacity) ?? [];
  return {
    ...(!counts && { Items: items }),
    Count: matched,
    ScannedCount: scanned,
    ...(end && {
      LastEvaluatedKey: Object.fromEntries(
        startNames.map((name) => [name, { ...(end[name] as AttributeValue) }]),
      ),
    }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  };
};

/** An index is searched by these; expressions have no others. */
const indexable = ["EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"];

/** The key condition of a query against the schema: the partition, and what of it. */
const conditionsOf = (
  keys: readonly KeyPart[],
  given: Record<string, KeyComparison>,
  values: Values,
): { partition: AttributeValue; range?: RangeCondition } => {
  const [hash, range] = keys as [KeyPart, KeyPart | undefined];
  const conditions = Object.keys(given).length;
  const read = (part: KeyPart): RangeCondition | undefined => {
    const comparison = ownOf(given, part.name);
    if (!comparison) return undefined;
    if (!indexable.includes(comparison.operator))
      throw invalid("Attempted conditional constraint is not an indexable operation");
    const resolved = comparison.values.map((name) => values[name] as AttributeValue);
    if (resolved.some((value) => value[part.type] === undefined))
      throw invalidParameter("Condition parameter type does not match schema type");
    return { operator: comparison.operator, values: resolved };
  };
  const partition = read(hash);
  if (!range && conditions > 1) throw invalid("Query key condition not supported");
  if (!partition) throw invalid(`Query condition missed key schema element: ${hash.name}`);
  if (isEmpty(partition.values[0] as AttributeValue)) throw emptyKey(hash);
  if (partition.operator !== "EQ") throw invalid("Query key condition not supported");
  const condition = range && read(range);
  if (range && !condition && conditions > 1)
    throw invalid(`Query condition missed key schema element: ${range.name}`);
  return {
    partition: partition.values[0] as AttributeValue,
    ...(condition && { range: condition }),
  };
};

const outside = (value: AttributeValue | undefined, { operator, values }: RangeCondition) => {
  const [low, high] = values as [AttributeValue, AttributeValue | undefined];
  if (!value) return true;
  if (operator === "BEGINS_WITH") return !(value.S ?? value.B ?? "").startsWith(low.S ?? "");
  const order = compareValues(value, low) as number;
  return !{
    EQ: order === 0,
    LT: order < 0,
    LE: order <= 0,
    GT: order > 0,
    GE: order >= 0,
    BETWEEN: order >= 0 && (compareValues(value, high ?? low) as number) <= 0,
  }[operator];
};

/** The items of one partition, a page at a time. */
export const query = (context: Context, request: Query) => {
  checkParameters(request, ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"]);
  if (request.KeyConditionExpression === undefined && request.KeyConditions === undefined)
    throw invalid(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  const { expressions, values } = compiled(request);
  const table = tableOf(context.store, request.TableName);
  checkSelect(request, "1 validation error detected: ");
  const source = sourceOf(table, request);
  const { partition, range } = conditionsOf(
    source.keys,
    expressions.key as Record<string, KeyComparison>,
    values,
  );
  checkPaths(table, expressions);
  for (const { name } of source.keys)
    if (expressions.filterHeads?.includes(name))
      throw invalid(
        `${request.QueryFilter ? "QueryFilter" : "Filter Expression"} can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );

  const reverse = request.ScanIndexForward === false;
  const prefix = partitionPrefix(partition);
  const stretch = { ...stretchOf(prefix, range), reverse };
  if (request.ExclusiveStartKey) {
    const { place, start } = startOf(source, request.ExclusiveStartKey);
    const [hash, sort] = source.keys as [KeyPart, KeyPart | undefined];
    if (partitionPrefix(start[hash.name] as AttributeValue) !== prefix)
      throw invalid(
        range
          ? "The query can return at most one row and cannot be restarted"
          : "The provided starting key is outside query boundaries based on provided conditions",
      );
    if (range && sort && outside(start[sort.name], range))
      throw invalid("The provided starting key does not match the range key predicate");
    if (!reverse) stretch.from = `${place}\u0000`;
    else stretch.to = place;
  }
  return page(context, source, request, stretch, expressions, values);
};

/** All items, in the order of their hashed partition keys, a page at a time. */
export const scan = (context: Context, request: Scan) => {
  const { Segment, TotalSegments } = request;
  checkParameters(request, ["ProjectionExpression", "FilterExpression"]);
  if (Segment !== undefined && TotalSegments === undefined)
    throw invalid(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  if (TotalSegments !== undefined && Segment === undefined)
    throw invalid(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  const [segment, total] = [Segment ?? 0, TotalSegments ?? 1];
  if (segment >= total)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  const { expressions, values } = compiled(request);
  const table = tableOf(context.store, request.TableName);
  checkSelect(request);
  const source = sourceOf(table, request);
  checkPaths(table, expressions);
  const stretch = { ...segmentOf(segment, total), reverse: false };
  if (request.ExclusiveStartKey) {
    const { place, start } = startOf(source, request.ExclusiveStartKey);
    if (keyOf(start, source.keys) < stretch.from || place >= stretch.to)
      throw startKeyInvalid(
        `Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${total} Segment: ${segment}`,
      );
    stretch.from = `${place}\u0000`;
  }
  return page(context, source, request, stretch, expressions, values);
};
