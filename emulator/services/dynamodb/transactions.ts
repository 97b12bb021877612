import { AwsError } from "../../kernel/engine.ts";
import { fnv1a } from "../../kernel/hash.ts";
import type { Context, TransactGetItems, TransactWriteItem, TransactWriteItems } from "./calls.ts";
import { change, writeUnits } from "./changes.ts";
import { invalid } from "./errors.ts";
import { forgetTokens } from "./forgetting.ts";
import { copyItem, type Item } from "./items.ts";
import { ownOf, setOwn } from "./own.ts";
import { prepareGet, shownOf } from "./reads.ts";
import { itemOf, type Row } from "./rows.ts";
import { type Store, type Table, tableOf } from "./store.ts";
import { readUnits } from "./units.ts";
import { metricsOfAll, type Prepared, prepareDelete, preparePut, prepareUpdate } from "./writes.ts";

type Reason = { Code: string; Message?: string; Item?: Item };

const canceled = (reasons: Reason[]) =>
  new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(", ")}]`,
    400,
    { CancellationReasons: reasons },
  );

/** Messages about one action that cancel the transaction, where others refuse the whole request. */
const ofTheItem =
  /does not match the schema|Missing the key|Type mismatch for|empty (string|binary) value|maximum allowed size|for update$|incorrect data type|refers to an attribute|Nesting Levels|Number (over|under)flow|significant digits in a Number$/;

/** The reason that one action gives for cancelling all. Anything that is no such reason is thrown. */
const reasonOf = (error: unknown): Reason => {
  if (
    !(error instanceof AwsError && error.code === "ValidationException") ||
    !ofTheItem.test(error.message)
  )
    throw error;
  return { Code: "ValidationError", Message: error.message };
};

const none: Reason = { Code: "None" };

const mebibyte = 1024 * 1024;

/** No member that DynamoDB knows of lies deeper in a request. */
const known = 100;

/** A hash (FNV-1a) of what JSON says, from a seed: order of members does not count, order of lists does. */
const hashOf = (value: unknown, seed: number, depth = 0): number => {
  if (depth > known) return seed;
  if (typeof value === "string") return fnv1a(value, seed + 1);
  if (typeof value !== "object" || value === null) return fnv1a(String(value), seed + 2);
  if (Array.isArray(value))
    return value.reduce<number>(
      (hash, member) => Math.imul(hash ^ hashOf(member, seed, depth + 1), 0x01000193),
      seed + 3,
    );
  let sum = seed + 4;
  for (const name in value) {
    const member = hashOf((value as Record<string, unknown>)[name], seed, depth + 1);
    sum = (sum + Math.imul(fnv1a(name, member), 0x85ebca6b)) | 0;
  }
  return sum;
};

// Every SDK sends a token with every transaction: SHA-256 of sorted JSON took a quarter of the engine's time for one.
const fingerprintOf = (items: TransactWriteItem[]) =>
  (hashOf(items, 0x811c9dc5) >>> 0) * 2 ** 21 + (hashOf(items, 0x2545f491) >>> 11);

const tenMinutes = 600_000;

type Action = {
  show: "ALL_OLD" | "NONE" | undefined;
  /** A ConditionCheck changes nothing. */
  writes: boolean;
  prepare: () => Prepared;
  table: string;
};

const actionOf = (store: Store, item: TransactWriteItem | null): Action => {
  const { Put, Update, Delete, ConditionCheck } = item ?? {};
  const [request, ...others] = [Put, Update, Delete, ConditionCheck].filter(
    (one) => one !== undefined,
  );
  if (!request || others.length > 0)
    throw invalid("TransactItems can only contain one of Check, Put, Update or Delete");
  const common = {
    show: request.ReturnValuesOnConditionCheckFailure,
    writes: !ConditionCheck,
    table: request.TableName,
  };
  if (Put) return { ...common, prepare: () => preparePut(store, Put) };
  if (Update) return { ...common, prepare: () => prepareUpdate(store, Update) };
  const request_ = (Delete ?? ConditionCheck) as NonNullable<typeof Delete>;
  return { ...common, prepare: () => prepareDelete(store, request_) };
};

type Outcome = { action: Action; prepared: Prepared; before?: Row; after?: Row };

/** Up to 100 writes and checks on 4 MB of items: all of them or none, judged by the items as they are now. */
export const transactWriteItems = ({ store, meter }: Context, request: TransactWriteItems) => {
  const { ClientRequestToken: token, TransactItems } = request;
  const capacity = () => {
    const ConsumedCapacity = meter.answer(request.ReturnConsumedCapacity, true);
    return ConsumedCapacity ? { ConsumedCapacity } : {};
  };

  forgetTokens(store);
  const fingerprint = token === undefined ? 0 : fingerprintOf(TransactItems);
  const done = token === undefined ? undefined : store.tokens.get(token);
  if (done) {
    if (done.fingerprint !== fingerprint)
      throw new AwsError(
        "IdempotentParameterMismatchException",
        "Request contains parameters that differ from an earlier request with the same idempotency token",
      );
    // AWS charges a repetition for reading what the first call wrote.
    for (const name in done.readUnits) {
      const known = store.tables.get(name);
      if (known) meter.read(known, done.readUnits[name] as number);
    }
    return capacity();
  }

  const actions = TransactItems.map((item) => actionOf(store, item));
  for (const { table } of actions) tableOf(store, table);

  const reasons: Reason[] = [];
  const prepared = actions.map((action, i) => {
    reasons[i] = none;
    try {
      return action.prepare();
    } catch (error) {
      reasons[i] = reasonOf(error);
      return undefined;
    }
  });
  const places = prepared.flatMap((one) => (one ? [`${one.table.settings.name}/${one.key}`] : []));
  if (new Set(places).size < places.length)
    throw invalid("Transaction request cannot include multiple operations on one item");
  if (reasons.some(({ Code }) => Code !== "None")) throw canceled(reasons);

  const outcomes: Outcome[] = actions.map((action, i) => {
    const one = prepared[i] as Prepared;
    const before = one.table.rows.get(one.key);
    const outcome: Outcome = { action, prepared: one, ...(before && { before }) };
    if (!one.allows(before)) {
      reasons[i] = {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        ...(action.show === "ALL_OLD" && before && { Item: copyItem(itemOf(before)) }),
      };
      return outcome;
    }
    try {
      const after = action.writes ? one.after(before) : before;
      if (after) outcome.after = after;
    } catch (error) {
      reasons[i] = reasonOf(error);
    }
    return outcome;
  });

  const sizes = outcomes.map(({ prepared, before, after }) =>
    Math.max(prepared.size, before?.size ?? 0, after?.size ?? 0),
  );
  const failed = reasons.some(({ Code }) => Code !== "None");
  if (failed) {
    // A cancelled transaction has been prepared: that is paid for.
    outcomes.forEach(({ prepared: { table } }, i) => {
      meter.write(table, 2 * writeUnits(sizes[i] as number));
    });
    throw canceled(reasons);
  }
  const total = outcomes.reduce((sum, { after }) => sum + (after?.size ?? 0), 0);
  if (total > 4 * mebibyte)
    throw invalid("Collection of items in the transaction exceeds the maximum size of 4 MB");

  outcomes.forEach(({ action, prepared: { table, key }, before, after }, i) => {
    const indexes = action.writes ? change(store, table, key, before, after) : {};
    // Twice, to prepare and to commit; indexes follow by themselves and cost what they always cost.
    meter.write(table, 2 * writeUnits(sizes[i] as number), indexes);
  });
  if (token !== undefined) {
    const byTable: Record<string, number> = {};
    outcomes.forEach(({ prepared: { table } }, i) => {
      const { name } = table.settings;
      setOwn(byTable, name, (ownOf(byTable, name) ?? 0) + 2 * readUnits(sizes[i] as number));
    });
    const until = store.world.clock.now() + tenMinutes;
    store.tokens.set(token, { fingerprint, until, readUnits: byTable });
    store.onFading();
  }
  return {
    ...capacity(),
    ...metricsOfAll(
      request,
      outcomes.filter(({ action }) => action.writes).map((outcome) => outcome.prepared),
    ),
  };
};

/** Up to 100 items as they are at one moment. */
export const transactGetItems = ({ store, meter }: Context, request: TransactGetItems) => {
  const reasons: Reason[] = [];
  for (const item of request.TransactItems) {
    const Get = item?.Get;
    if (!Get) throw invalid("TransactItems can only contain one of Get");
    tableOf(store, Get.TableName);
  }
  const gets = request.TransactItems.map(({ Get }, i) => {
    reasons[i] = none;
    try {
      return prepareGet(store, Get as NonNullable<typeof Get>);
    } catch (error) {
      reasons[i] = reasonOf(error);
      return undefined;
    }
  }) as { table: Table; key: string; paths: ReturnType<typeof prepareGet>["paths"] }[];
  if (reasons.some(({ Code }) => Code !== "None")) throw canceled(reasons);

  const places = new Set(gets.map(({ table, key }) => `${table.settings.name}/${key}`));
  if (places.size < gets.length)
    throw invalid("Transaction request cannot include multiple operations on one item");
  const rows = gets.map(({ table, key }) => table.rows.get(key));
  if (rows.reduce((sum, row) => sum + (row?.size ?? 0), 0) > 4 * mebibyte)
    throw invalid("Collection of items in the transaction exceeds the maximum size of 4 MB");
  gets.forEach(({ table }, i) => {
    meter.read(table, 2 * readUnits(rows[i]?.size ?? 0));
  });
  const ConsumedCapacity = meter.answer(request.ReturnConsumedCapacity, true);
  return {
    Responses: gets.map(({ paths }, i) => {
      const row = rows[i];
      return row ? { Item: shownOf(row, paths) } : {};
    }),
    ...(ConsumedCapacity && { ConsumedCapacity }),
  };
};
