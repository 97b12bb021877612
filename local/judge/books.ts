import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type OrderRow, toAnswer } from "../../services/read-side/src/domain/order-view.ts";
import type { Shop } from "../shop.ts";

/** All that is asked of a shop whose books are opened. */
type Asked = Pick<Shop, "call" | "nameOf">;

// biome-ignore lint/suspicious/noExplicitAny: rows as they lie in the tables; the judge looks at some of their attributes
export type Row = Record<string, any>;

/** Everything that the contexts and the payment provider have written down, each in its own words. */
export type Books = {
  orders: Row[];
  stock: Row[];
  reservations: Row[];
  payments: Map<string, Row[]>;
  provider: Map<string, Row>;
  postings: Row[];
  views: Map<string, Row>;
  products: Map<string, Row>;
  messages: Row[];
  /** What steps of sagas that have a row of their own have noted for orders. */
  steps: Row[];
  outboxes: Row[];
  deadLetters: { queue: string; count: number }[];
  running: string[];
};

const scan = async (local: Asked, name: string): Promise<Row[]> => {
  const rows: Row[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = await local.call("dynamodb", "Scan", {
      TableName: local.nameOf(name),
      ConsistentRead: true,
      ExclusiveStartKey,
    });
    rows.push(...page.Items.map((item: Row) => unmarshall(item)));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
};

const deadLettersOf = async (local: Asked) => {
  const found: Books["deadLetters"] = [];
  const { QueueUrls = [] } = await local.call("sqs", "ListQueues", { MaxResults: 1000 });
  for (const QueueUrl of QueueUrls) {
    const AttributeNames = ["ApproximateNumberOfMessages", "RedrivePolicy"];
    const { Attributes } = await local.call("sqs", "GetQueueAttributes", {
      QueueUrl,
      AttributeNames,
    });
    const count = Number(Attributes.ApproximateNumberOfMessages);
    if (!Attributes.RedrivePolicy && count > 0)
      found.push({ queue: QueueUrl.split("/").at(-1), count });
  }
  return found;
};

/** The names of the sagas that are under way. */
export const runningIn = async (local: Asked) => {
  const { stateMachines } = await local.call("states", "ListStateMachines");
  const running: string[] = [];
  for (const { stateMachineArn } of stateMachines) {
    const { executions } = await local.call("states", "ListExecutions", {
      stateMachineArn,
      statusFilter: "RUNNING",
    });
    running.push(...executions.map(({ name }: Row) => name));
  }
  return running;
};

const isStep = ({ sk }: Row) => String(sk).startsWith("STEP#");

/** Opens all books. Reads the tables themselves, as no service may. */
export const openBooks = async (local: Asked): Promise<Books> => {
  const [orders, inventory, payments, provider, read, notifications] = (await Promise.all(
    [
      "OrdersTable",
      "InventoryTable",
      "PaymentsTable",
      "ProviderTable",
      "ReadTable",
      "NotificationsTable",
    ].map((name) => scan(local, name)),
  )) as [Row[], Row[], Row[], Row[], Row[], Row[]];
  const outboxes = await Promise.all(
    ["OrdersOutbox", "InventoryOutbox", "PaymentsOutbox"].map((name) => scan(local, name)),
  );
  const entity = (rows: Row[], name: string) => rows.filter((row) => row.__edb_e__ === name);
  return {
    orders: entity(orders, "order"),
    stock: entity(inventory, "stock"),
    reservations: entity(inventory, "reservation"),
    payments: Map.groupBy(
      payments.filter((row) => !isStep(row)),
      ({ pk }) => pk,
    ),
    provider: new Map(
      provider.filter(({ sk }) => sk === "PAYMENT").map((row) => [row.pk, row.payment]),
    ),
    postings: provider.filter(({ pk }) => pk === "LEDGER"),
    views: new Map(
      read
        .filter(({ sk }) => sk === "ORDER")
        .map((row) => [row.orderId, toAnswer(row as OrderRow)]),
    ),
    products: new Map(read.filter(({ pk }) => pk === "CATALOGUE").map((row) => [row.sk, row])),
    messages: notifications.filter(({ sk }) => sk === "MESSAGES"),
    steps: [orders, inventory, payments, notifications].flat().filter(isStep),
    outboxes: outboxes.flat(),
    deadLetters: await deadLettersOf(local),
    running: await runningIn(local),
  };
};
