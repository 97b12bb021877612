/** A moment in the shop's work at which it can be killed: when the trace first says so. */
export type Point = {
  name: string;
  /** Whether a line of the trace, as `npm start -- --trace` writes it, is this moment. */
  isAt: (line: string) => boolean;
};

/** A line's beginning names kind, caller and operation; what follows may be long. */
const HEAD = 500;

const call = (by: string, operation: string) => (head: string) =>
  head.startsWith('{"kind":"call"') &&
  head.includes(`-${by}Function"`) &&
  head.includes(`"operation":"${operation}"`);
const wrote = (by: string, operation: string) => (head: string) =>
  head.startsWith('{"kind":"dynamodb.units"') &&
  head.includes(`-${by}Function"`) &&
  head.includes(`"operation":"${operation}"`);
const kind = (name: string) => (head: string) => head.startsWith(`{"kind":"${name}"`);

const WRITE = "TransactWriteItems";

const at = (name: string, test: (head: string) => boolean): Point => ({
  name,
  isAt: (line) => test(line.slice(0, HEAD)),
});

/** The named points: before and after what must not be lost or done twice, in the order in which an order passes them. */
export const points: Point[] = [
  at("api-writes", call("OrdersApi", WRITE)),
  at("api-has-written", wrote("OrdersApi", WRITE)),
  at("relay-publishes", call("OrdersRelayOutbox", "PutEvents")),
  at("relay-deletes", call("OrdersRelayOutbox", "BatchWriteItem")),
  at("relay-has-deleted", wrote("OrdersRelayOutbox", "BatchWriteItem")),
  at("saga-starts", call("StartFulfilment", "StartExecution")),
  at("saga-has-started", kind("states.started")),
  at("saga-takes-a-step", kind("states.transition")),
  at("stock-is-reserved", wrote("ReserveStock", WRITE)),
  at("payment-is-asked", call("AuthorizePayment", "PutItem")),
  at("provider-has-the-money", wrote("ProviderApi", WRITE)),
  at("webhook-answers-the-saga", call("ReceiveWebhook", "SendTaskSuccess")),
  at("pivot", call("ConfirmOrder", WRITE)),
  at("pivot-is-passed", wrote("ConfirmOrder", WRITE)),
  at("capture-is-written", wrote("CapturePayment", WRITE)),
  at("stock-is-committed", wrote("CommitStock", WRITE)),
  at("cancel-is-started", call("StartCancellation", "StartExecution")),
  at("refund-is-written", wrote("RefundPayment", WRITE)),
  at("saga-ends", kind("states.ended")),
  at("view-is-written", wrote("ProjectOrders", "UpdateItem")),
  at("mail-is-sent", kind("ses.sent")),
  at("queue-hands-out", kind("sqs.received")),
  at("stream-grows", kind("stream.record")),
];
