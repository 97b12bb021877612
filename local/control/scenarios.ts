import { stories } from "../demo/stories.ts";

/** One thing that a scenario does: a command, an order as a story of the demo has it, or a while on the shop's clock. */
export type Step = { say: string } | { story: string } | { wait: number };

/** A fault and orders that belong together: what it shows, and where to look. */
export type Scenario = {
  name: string;
  hypothesis: string;
  steps: Step[];
  look: string;
};

const say = (line: string): Step => ({ say: line });
const orders = (...ids: string[]): Step[] => ids.map((story) => ({ story }));
const wait = (ms: number): Step => ({ wait: ms });

/** The scenarios, in the order in which a class would see them. */
export const scenarios: Scenario[] = [
  {
    name: "well",
    hypothesis: "An order is confirmed, paid and sold without anybody waiting for anybody.",
    steps: orders("wheel"),
    look: "Follow it: POST, outbox, relay, bus, the five steps of the saga, view, e-mail.",
  },
  {
    name: "decline",
    hypothesis: "A declined card costs nothing, and holds nothing.",
    steps: orders("poor"),
    look: "AuthorizePayment says no; then across and up the middle of the ladder: AbandonOrder, VoidPayment, ReleaseStock, RejectOrder.",
  },
  {
    name: "last-animal",
    hypothesis: "Of two who want the last animal at once, exactly one gets it.",
    steps: orders("parrot-b", "parrot-c"),
    look: "One conditional write wins; the other order is REJECTED with OutOfStock, and nothing was charged.",
  },
  {
    name: "double-click",
    hypothesis: "A request sent twice under one Idempotency-Key is one order.",
    steps: orders("repeat"),
    look: "Two requests, one order id, one saga.",
  },
  {
    name: "late-bank",
    hypothesis: "A saga waits for a webhook without anything running meanwhile.",
    steps: orders("late"),
    look: "AuthorizePayment waits with a task token for 20 s; the webhook sends the answer.",
  },
  {
    name: "bank-hangs",
    hypothesis: "A time-out is a third outcome: asked again under the same key, and charged once.",
    steps: orders("slow", "slow-no"),
    look: "The first question ends unknown; asked again, one is approved and one declined.",
  },
  {
    name: "disorder",
    hypothesis: "News that come twice or out of order change nothing.",
    steps: orders("disorder", "twice"),
    look: "Old webhooks after new ones: heard, and ignored by their version.",
  },
  {
    name: "cancel-paid",
    hypothesis: "What was paid and is cancelled goes back once, however often the refund fails.",
    steps: orders("refund-fails"),
    look: "The second ladder, ReturnOrder: RefundPayment fails twice, then everything is back.",
  },
  {
    name: "cancel-race",
    hypothesis: "Cancelling and confirming compete for one write: there is one winner.",
    steps: orders("pivot"),
    look: "Either it is CANCELLED before it was charged, or charged and refunded.",
  },
  {
    name: "lost-answer",
    hypothesis: "A lost answer is not a lost write: the money is taken once.",
    steps: [say("lose answer of TransactWriteItems by CapturePayment"), ...orders("bowl")],
    look: "The write of CapturePayment is done, called again, and found to be done.",
  },
  {
    name: "capture-fails",
    hypothesis: "After the pivot there is no way back: a failing step is tried until it is done.",
    steps: [say("fail CapturePayment 3"), ...orders("bowl")],
    look: "Three red attempts at CapturePayment with growing pauses, and CONFIRMED all the same.",
  },
  {
    name: "relay-down",
    hypothesis: "An order that was taken is not lost while nobody publishes.",
    steps: [say("pause relay orders for 1m"), ...orders("bowl", "more-1", "more-2")],
    look: "Orders stay PENDING and rows wait in the outbox, for a minute or until `resume relay orders`; then it drains.",
  },
  {
    name: "views-down",
    hypothesis: "Writing goes on while reading stands still.",
    steps: [say("pause projections for 1m"), ...orders("bowl", "more-1")],
    look: "Sagas run to their end; the views do not know of it until `resume projections`.",
  },
  {
    name: "provider-down",
    hypothesis: "An outage of the provider delays orders and costs nobody money twice.",
    steps: [say("silence provider for 1m"), ...orders("bowl", "more-1")],
    look: "AuthorizePayment is asked again and again; after five time-outs the circuit breaker opens.",
  },
  {
    name: "duplicate",
    hypothesis: "Who hears an event twice does it once.",
    steps: [...orders("bowl"), wait(5_000), say("duplicate OrderPlaced")],
    look: "OrderPlaced comes again after five seconds: no second saga, no second e-mail.",
  },
  {
    name: "poison",
    hypothesis: "A message that nobody understands stands in nobody's way.",
    steps: [...orders("bowl"), wait(2_000), say("poison OrderViewsQueue"), ...orders("more-1")],
    look: "It is in OrderViewsQueueDlq with its reason; the other order is seen as ever. Repair it, redrive it.",
  },
  {
    name: "hot-item",
    hypothesis: "Conflicts and throttles on a hot item delay orders; nothing is oversold.",
    steps: [
      say("conflict InventoryTable 3"),
      say("throttle InventoryTable for 5s"),
      ...orders("bowl", "more-1", "more-2"),
    ],
    look: "ReserveStock is tried again until the table takes it.",
  },
  {
    name: "slow-motion",
    hypothesis: "Latency changes when things happen, and not what.",
    steps: [say("slow 1s for 1m"), ...orders("wheel")],
    look: "The same hops as ever, each with a bar that can be seen.",
  },
  {
    name: "attention",
    hypothesis: "What the machine cannot finish calls for a person, and is never silent.",
    steps: [say("attention")],
    look: "After three stopped runs the order is NEEDS_ATTENTION; staff have an e-mail.",
  },
  {
    name: "crowd",
    hypothesis: "Many orders at once are many orders, each ending right.",
    steps: [say("robot 10/s mixed for 20s")],
    look: "Depths go up and come down; the invariants stay green.",
  },
];

/** The stories that a scenario may name: those of the demo, and two more of the usual sort. */
export const storyNamed = (id: string) => {
  const usual = stories.find((one) => one.id === "bowl");
  const found = stories.find((one) => one.id === id);
  if (found) return found;
  const as = id === "more-1" ? "alice" : "carol";
  const lines = [{ productId: "prd_hay", quantity: 1 }];
  return usual && { ...usual, id, as, lines };
};
