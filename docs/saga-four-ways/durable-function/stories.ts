import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { type VirtualShop, virtualShop } from "../../../local/virtual-shop.ts";
import { type Ran, runLocally, type Trouble } from "./run-locally.ts";

type Story = {
  name: string;
  ends: "CONFIRMED" | "REJECTED" | "CANCELLED";
  place?: (shop: VirtualShop) => Promise<string>;
  trouble?: (shop: VirtualShop, orderId: () => string) => Trouble;
};

/** Opens the SDK's local runner for some work. Its time is the wall's: with its own way to skip it, clocks are replaced in the whole process. */
export const withRunner = async <T>(work: () => Promise<T>): Promise<T> => {
  await LocalDurableTestRunner.setupTestEnvironment();
  try {
    return await work();
  } finally {
    await LocalDurableTestRunner.teardownTestEnvironment();
  }
};

const paidWith = (card: string) => (shop: VirtualShop) => shop.order(card);
const parrots = async (shop: VirtualShop) => {
  const placed = await shop.place({ lines: [{ productId: "prd_parrot", quantity: 20 }] });
  return (placed.json() as { orderId: string }).orderId;
};
const answerLost = (step: string, ends: Story["ends"], card: string): Story => ({
  ...{ name: `the answer of ${step} is lost`, ends, place: paidWith(card) },
  trouble: () => ({ lost: step }),
});

const all: Story[] = [
  { name: "all goes well", ends: "CONFIRMED" },
  { name: "the card is declined", ends: "REJECTED", place: paidWith("tok_decline") },
  { name: "there is not enough of it", ends: "REJECTED", place: parrots },
  {
    name: "the customer cancels when the pivot is about to be taken",
    ends: "CANCELLED",
    trouble: (shop, orderId) => ({
      before: { step: "ConfirmOrder", happens: () => shop.cancel(orderId()) },
    }),
  },
  {
    name: "the provider is silent: that is not a no",
    ends: "CONFIRMED",
    place: paidWith("tok_timeout_approve"),
    trouble: () => ({ answersWithin: 1 }),
  },
  {
    name: "the bank takes its yes back: the money cannot be taken",
    ends: "CANCELLED",
    place: paidWith("tok_gone"),
  },
  ...["ReserveStock", "AuthorizePayment", "ConfirmOrder", "CapturePayment", "CommitStock"].map(
    (step) => answerLost(step, "CONFIRMED", "tok_approve"),
  ),
  ...["AbandonOrder", "VoidPayment", "ReleaseStock", "RejectOrder"].map((step) =>
    answerLost(step, "REJECTED", "tok_decline"),
  ),
];

/** Lets one order through a durable function. Answers what came of it, and what is broken. */
const tellOne = async ({
  ends,
  place = paidWith("tok_approve"),
  trouble = () => ({}),
}: Omit<Story, "name">): Promise<{ ran: Ran; broken: string[] }> => {
  const shop = await virtualShop();
  let placed = "";
  const ran = await runLocally(
    shop,
    async () => {
      placed = await place(shop);
      return placed;
    },
    trouble(shop, () => placed),
  );
  const { status } = (await shop.read(placed)) as { status: string };
  const broken = [
    ...(ran.status === "SUCCEEDED" ? [] : [`the execution is ${ran.status}`]),
    ...(status === ends ? [] : [`the order is ${status}, not ${ends}`]),
    ...(await shop.broken()),
  ];
  await shop.local.stop();
  return { ran, broken };
};

/** The stories, as the other ways are told them, as far as a local runner can. */
export const stories = all.map(({ name, ...story }) => ({
  name,
  tell: async (): Promise<string[]> => (await tellOne(story)).broken,
}));
