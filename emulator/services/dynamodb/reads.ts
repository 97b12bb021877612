import type { BatchGetItem, Context, GetAction, GetItem } from "./calls.ts";
import { checkKey, checkPaths } from "./checks.ts";
import { checkParameters, compiled } from "./compiled-expressions.ts";
import { type Path, project } from "./conditions.ts";
import { invalid } from "./errors.ts";
import { copyItem, type Item, readItem } from "./items.ts";
import { ownOf, setOwn } from "./own.ts";
import { itemOf, type Row } from "./rows.ts";
import { placeOf, type Store, type Table, tableOf } from "./store.ts";
import { readUnits } from "./units.ts";

/** One item to be read: where it lies, and what of it is wanted. */
export const prepareGet = (store: Store, request: GetAction) => {
  checkParameters(request, ["ProjectionExpression"]);
  const key = readItem(request.Key);
  const { expressions } = compiled(request);
  const table = tableOf(store, request.TableName);
  checkKey(key, table.settings.keys);
  checkPaths(table, expressions);
  return { table, key: placeOf(table, key), paths: expressions.projection };
};

/** A copy of what is wanted of the item. */
export const shownOf = (row: Row, paths: Path[] | undefined): Item =>
  paths ? project(itemOf(row), paths) : copyItem(itemOf(row));

const cost = (row: Row | undefined, consistent: boolean | undefined) =>
  readUnits(row?.size ?? 0) * (consistent ? 1 : 0.5);

/** One item by its key. */
export const getItem = ({ store, meter }: Context, request: GetItem) => {
  const { table, key, paths } = prepareGet(store, request);
  const row = store.past.view(request.ConsistentRead).get(table.rows, key);
  meter.read(table, cost(row, request.ConsistentRead));
  const [ConsumedCapacity] = meter.answer(request.ReturnConsumedCapacity) ?? [];
  return {
    ...(row && { Item: shownOf(row, paths) }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  };
};

const largestAnswer = 16 * 1024 * 1024;

/** Up to 100 items, 16 MB; what goes beyond is left unprocessed. Absent items are left out. */
export const batchGetItem = ({ store, meter }: Context, request: BatchGetItem) => {
  const wanted: {
    table: Table;
    name: string;
    given: Item;
    row: Row | undefined;
    paths?: Path[];
  }[] = [];
  const names = Object.keys(request.RequestItems);
  const total = names.reduce((sum, n) => sum + (request.RequestItems[n]?.Keys.length ?? 0), 0);
  if (total === 0) throw invalid("The requestItems parameter is required for BatchGetItem");
  if (total > 100) throw invalid("Too many items requested for the BatchGetItem call");
  for (const name of names) {
    const part = request.RequestItems[name] as BatchGetItem["RequestItems"][string];
    const view = store.past.view(part.ConsistentRead);
    const seen = new Set<string>();
    for (const given of part.Keys) {
      const { table, key, paths } = prepareGet(store, { ...part, TableName: name, Key: given });
      if (seen.has(key)) throw invalid("Provided list of item keys contains duplicates");
      seen.add(key);
      wanted.push({ table, name, given, row: view.get(table.rows, key), ...(paths && { paths }) });
    }
  }

  const Responses: Record<string, Item[]> = Object.fromEntries(names.map((name) => [name, []]));
  const UnprocessedKeys: Record<string, { Keys: Item[] }> = {};
  let size = 0;
  for (const { table, name, given, row, paths } of wanted) {
    const part = request.RequestItems[name] as BatchGetItem["RequestItems"][string];
    size += row?.size ?? 0;
    if (size > largestAnswer) {
      const left = ownOf(UnprocessedKeys, name) ?? { ...part, Keys: [] };
      setOwn(UnprocessedKeys, name, left);
      left.Keys.push(given);
      continue;
    }
    meter.read(table, cost(row, part.ConsistentRead));
    if (row) Responses[name]?.push(shownOf(row, paths));
  }
  const ConsumedCapacity = meter.answer(request.ReturnConsumedCapacity);
  return { Responses, UnprocessedKeys, ...(ConsumedCapacity && { ConsumedCapacity }) };
};
