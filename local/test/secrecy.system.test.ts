import { AwsError } from "emulator/kernel/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const MINUTE = 60_000;
const SECRETS = ["sandbox-api-key", "sandbox-webhook-secret"];

let shop: VirtualShop;
const heard = new Map<string, string[]>();
const keep = (where: string, what: unknown) =>
  heard.set(where, [...(heard.get(where) ?? []), JSON.stringify(what) ?? ""]);
const taskTokens: string[] = [];

/** A day in the shop with everything in it that may make somebody talkative: refusals, errors, dead letters. */
beforeAll(async () => {
  shop = await virtualShop();
  const { local } = shop;
  local.cloud.observe((fact) => {
    if (fact.kind === "log") keep("logs", fact.line);
  });
  local.cloud.guard(async (call, next) => {
    // What Step Functions itself says, saga's input and all, on the account's own bus, is archived nowhere.
    if (call.operation === "PutEvents" && call.caller.name.endsWith("Function"))
      keep("events", call.input);
    if (call.service === "sqs" && call.operation.startsWith("SendMessage"))
      keep("messages", call.input);
    if (call.operation.startsWith("SendTask")) taskTokens.push(call.input.taskToken);
    return next(call);
  });
  const lines = [{ productId: "prd_hay", quantity: 1 }];
  const placed: { orderId: string; as: string }[] = [];
  for (const [i, paymentToken] of [
    "tok_approve",
    "tok_decline",
    "tok_late",
    "tok_refund_fails",
    "tok_timeout_decline",
  ].entries()) {
    const as = ["alice", "bob", "carol"][i % 3] as string;
    const { orderId } = (await shop.place({ as, lines, paymentToken })).json() as {
      orderId: string;
    };
    placed.push({ orderId, as });
  }
  await shop.clock.advance(MINUTE);
  for (const { orderId, as } of placed)
    await shop.drive(local.api({ method: "POST", path: `/orders/${orderId}/cancel`, as }));
  // The mail service and a projection fail for an hour: errors, and dead letters.
  const until = shop.clock.now() + 60 * MINUTE;
  local.cloud.guard((call, next) => {
    if (shop.clock.now() > until) return next(call);
    const { ToAddresses = [] } = call.input.Destination ?? {};
    if (call.service === "ses")
      throw new AwsError("MessageRejected", `Email address is not verified: ${ToAddresses}`);
    if (/ProjectSales|RecoverSagaFunction/.test(call.caller.name) && call.service !== "sqs")
      throw new Error("Out of order");
    return next(call);
  });
  const stopped = await shop.place({ as: "bob", lines, paymentToken: "tok_late" });
  await shop.clock.advance(5_000);
  const { orderId: name } = stopped.json() as { orderId: string };
  const executionArn = `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${name}`;
  await local.call("states", "StopExecution", { executionArn });
  for (const headers of [
    { authorization: `Bearer ${local.token("alice")}x` },
    { authorization: "Bearer a.b.c" },
  ])
    await shop.drive(local.api({ path: "/orders", headers }));
  await shop.place({ as: "bob", lines: [{ productId: "prd_unicorn", quantity: 1 }] });
  await shop.clock.advance(90 * MINUTE);
  await shop.settle();
});
afterAll(() => shop?.local.stop());

describe("I19 nobody's secrets", () => {
  it.each(["logs", "events", "messages"])("stand in %s", (where) => {
    const texts = heard.get(where) ?? [];
    expect(texts.length).toBeGreaterThan(20);
    const whole = texts.join("\n");
    const personal = shop.local.accounts.flatMap(({ name, email, fullName }) => [
      email,
      fullName,
      shop.local.token(name).split(".")[2] as string,
    ]);
    expect(taskTokens.length).toBeGreaterThan(0);
    for (const secret of [...personal, ...SECRETS, ...taskTokens])
      expect(whole.includes(secret), secret).toBe(false);
    expect(whole).not.toMatch(/Bearer |eyJ[\w-]{20,}/);
    expect(whole).not.toMatch(/tok_\w+/); // what a customer pays with
  });

  it("are missing because they were kept, not because nothing happened", () => {
    expect(heard.get("messages")?.join()).toContain(":execution:petstore-local-FulfilOrder:");
    expect(shop.local.emails().length).toBeGreaterThan(3);
    expect(JSON.stringify(shop.local.emails())).toContain("alice@example.com");
  });
});
