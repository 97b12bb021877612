import { AwsError, type Call } from "emulator/kernel/engine";
import { EnvironmentCrash } from "emulator/services/lambda/function";
import { spoil } from "../../../local/spoil.ts";
import type { VirtualShop } from "../../../local/virtual-shop.ts";

/** An order that something happens to, and how it has to end. */
export type Story = {
  name: string;
  ends: "CONFIRMED" | "REJECTED" | "CANCELLED";
  /** Lets it happen. Answers the order's id, and what of the story did not come about, if anything. */
  play: (shop: VirtualShop) => Promise<{ orderId: string; missed?: string | undefined }>;
};

const MINUTE = 60_000;

/** The call of a step's function by whoever coordinates. */
const isCallOf =
  (step: string) =>
  ({ operation, caller, input }: Call): boolean =>
    operation === "Invoke" &&
    caller.name !== "administrator" &&
    input.FunctionName.endsWith(`-${step}Function`);

const plain = (name: string, ends: Story["ends"], card: string): Story => ({
  ...{ name, ends },
  play: async (shop) => ({ orderId: await shop.order(card) }),
});

const soldOut: Story = {
  name: "there is not enough of it",
  ends: "REJECTED",
  play: async (shop) => {
    const placed = await shop.place({ lines: [{ productId: "prd_parrot", quantity: 20 }] });
    return { orderId: (placed.json() as { orderId: string }).orderId };
  },
};

const cancelledAtThePivot: Story = {
  name: "the customer cancels when the pivot is about to be taken",
  ends: "CANCELLED",
  play: async (shop) => {
    let orderId = "";
    const { spoilt, stop } = spoil(
      shop.local,
      isCallOf("ConfirmOrder"),
      async (call, next) => {
        const path = `/orders/${orderId}/cancel`;
        await shop.local.api({ method: "POST", path, as: "alice" });
        return next(call);
      },
      1,
    );
    orderId = await shop.order();
    await shop.settle();
    stop();
    return { orderId, missed: spoilt.length === 1 ? undefined : "nobody cancelled" };
  },
};

/** Whoever coordinates dies when a step is done, before it knows. Step Functions does not die: the answer is lost on its way to it. */
const crashAfter = (step: string, ends: Story["ends"], card: string): Story => ({
  name: `a crash after ${step}`,
  ends,
  play: async (shop) => {
    const { spoilt, stop } = spoil(
      shop.local,
      isCallOf(step),
      (call, next) =>
        next(call).then(() => {
          throw call.caller.name.endsWith("Function")
            ? new EnvironmentCrash("Crashed")
            : new AwsError("InternalServerError", "Lost on the way", 500);
        }),
      1,
    );
    const orderId = await shop.order(card);
    await shop.clock.advance(15 * MINUTE);
    await shop.settle();
    stop();
    return { orderId, missed: spoilt.length === 1 ? undefined : `${step} was never called` };
  },
});
/** What every way of coordinating has to bring to a good end. */
export const stories: Story[] = [
  plain("all goes well", "CONFIRMED", "tok_approve"),
  plain("the card is declined", "REJECTED", "tok_decline"),
  soldOut,
  cancelledAtThePivot,
  plain("the provider is silent: that is not a no", "CONFIRMED", "tok_timeout_approve"),
  plain("the bank takes twenty seconds", "CONFIRMED", "tok_late"),
  plain("the bank takes its yes back: the money cannot be taken", "CANCELLED", "tok_gone"),
  ...["ReserveStock", "AuthorizePayment", "ConfirmOrder", "CapturePayment", "CommitStock"].map(
    (step) => crashAfter(step, "CONFIRMED", "tok_approve"),
  ),
  ...["AbandonOrder", "VoidPayment", "ReleaseStock", "RejectOrder"].map((step) =>
    crashAfter(step, "REJECTED", "tok_decline"),
  ),
];

/** Tells a story in a shop. Answers what went wrong, if anything did. */
export const tell = async (shop: VirtualShop, { ends, play }: Story): Promise<string[]> => {
  const { orderId, missed } = await play(shop);
  await shop.settle();
  const { status } = (await shop.read(orderId)) as { status: string };
  return [
    ...(missed ? [missed] : []),
    ...(status === ends ? [] : [`the order is ${status}, not ${ends}`]),
    ...(await shop.broken()),
  ];
};

/** What became of an order one of whose steps has a defect for forty minutes, and what became of it when that was mended. */
export const withDefect = async (shop: VirtualShop, step: string) => {
  const fails = { errorType: "TypeError", errorMessage: "Nobody has thought of that." };
  const Payload = Buffer.from(JSON.stringify(fails)).toString("base64");
  const { stop } = spoil(shop.local, isCallOf(step), () =>
    Promise.resolve({ StatusCode: 200, FunctionError: "Unhandled", Payload }),
  );
  const orderId = await shop.order();
  const statusAfter = async (minutes: number) => {
    await shop.clock.advance(minutes * MINUTE);
    return ((await shop.read(orderId)) as { status: string }).status;
  };
  const broken = await statusAfter(40);
  stop();
  return { broken, mended: await statusAfter(20) };
};
