import { setTimeout as pause } from "node:timers/promises";
import { CannotStart } from "emulator/kernel/refusals";
import { askApi, type Target } from "./target.ts";

const PRODUCT = "prd_hay";
/** In seconds. A stage that has slept starts its functions first. */
const PATIENCE = 120;

const ended = ["CONFIRMED", "REJECTED", "CANCELLED", "NEEDS_ATTENTION"];

/** Who a token is for, without looking at its signature: the API does that. */
const claimsOf = (token: string): { sub?: string; email?: string; name?: string } =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}");

/**
 * Places one order and follows it to its end; answers the status in which it ended. Throws CannotStart, with what to do,
 * for what is missing.
 */
export const tryOrder = async (
  target: Target,
  say: (text: string) => void,
  seedCommand: string,
): Promise<string> => {
  for (const warning of target.warnings) say(warning);
  const shelf = await askApi(target, `/products/${PRODUCT}`);
  if (shelf.status === 404 || shelf.answer.available === 0)
    throw new CannotStart(`${target.name} has nothing to sell: \`${seedCommand}\`.`);
  if (shelf.status !== 200)
    throw new CannotStart(
      `${target.name} does not show its products: ${shelf.status} ${shelf.detail}`,
    );

  const token = await target.token("customer");
  const { sub, email, name = "You" } = claimsOf(token);
  if (sub && email)
    await target.invoke("RegisterContact", { customerId: `cus_${sub}`, email, name });
  const placed = await askApi(target, "/orders", {
    token,
    key: crypto.randomUUID(),
    body: { lines: [{ productId: PRODUCT, quantity: 1 }], paymentToken: "tok_approve" },
  });
  if (placed.status !== 202)
    throw new CannotStart(`The order was not taken: ${placed.status} ${placed.detail}`);
  const { orderId } = placed.answer;
  say(`${orderId}  one bale of hay, ordered`);

  let last = "";
  for (let waited = 0; waited < PATIENCE; waited += 0.5) {
    const { status, answer, detail } = await askApi(target, `/orders/${orderId}`, { token });
    if (status !== 200) throw new CannotStart(`The order cannot be read: ${status} ${detail}`);
    if (answer.status !== last) say(`${orderId}  ${answer.status}`);
    last = answer.status;
    if (ended.includes(last)) {
      if (answer.reason) say(`${orderId}  ${answer.reason.code}: ${answer.reason.detail}`);
      return last;
    }
    await pause(500);
  }
  throw new CannotStart(
    `${orderId} is ${last} after ${PATIENCE} seconds: look at the executions of FulfilOrder and at the stage's alarms.`,
  );
};
