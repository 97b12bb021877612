import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deploySecrets } from "../secrets.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const AT_PROVIDER = ["ProviderApi"];
const ASKING = [
  ...["AuthorizePayment", "CapturePayment", "VoidPayment", "RefundPayment"],
  ...["ReceiveWebhook", "PaymentsApi"],
];

let shop: VirtualShop;
let lines: string[] = [];
const listen = () =>
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "log") lines.push(String(fact.line));
  });
const logged = (what: string) => lines.filter((line) => line.includes(what));
beforeEach(async () => {
  shop = await virtualShop();
  lines = [];
  listen();
});
afterEach(() => shop?.local.stop());

/** Deploys other values of secrets to some functions. What goes on is what is in the tables, the queues and the sagas. */
const deploy = async (functions: readonly string[], secrets: Record<string, string>) => {
  await deploySecrets(shop.local, functions, secrets);
  const next = await shop.fork();
  shop.local.stop();
  shop = next;
  listen();
};

/** An order that waits for its bank, and one that is in the middle of everything. */
const inFlight = async () => {
  const ids = [await shop.order("tok_late"), await shop.order()];
  await shop.clock.advance(1.2 * SECOND);
  return ids;
};
const allConfirmed = async (ids: string[]) => {
  await shop.settle();
  for (const id of ids) expect(await shop.read(id)).toMatchObject({ status: "CONFIRMED" });
  expect(await shop.broken()).toEqual([]);
};

describe("a drill: the provider's API key is rotated with orders in flight", () => {
  it("in three deployments, of which nobody notices anything", async () => {
    const ids = await inFlight();
    const both = { ProviderApiKey: "new-key", PreviousProviderApiKey: "sandbox-api-key" };
    await deploy(AT_PROVIDER, both);
    ids.push(...(await inFlight()));
    await deploy(ASKING, { ProviderApiKey: "new-key" });
    ids.push(...(await inFlight()));
    await deploy(AT_PROVIDER, { PreviousProviderApiKey: "" });
    ids.push(...(await inFlight()));
    await allConfirmed(ids);
    expect(logged("ProviderRefusesUs")).toEqual([]);
  });

  it("in the wrong order: for 40 seconds the provider knows nobody, it is logged, and no order is lost for it", async () => {
    const ids = await inFlight();
    await deploy(ASKING, { ProviderApiKey: "new-key" });
    for (let i = 0; i < 20; i++) ids.push(await shop.order());
    await shop.clock.advance(40 * SECOND);
    expect(logged("ProviderRefusesUs").length).toBeGreaterThan(0);
    for (const line of logged("ProviderRefusesUs")) expect(line).toContain('"level":"ERROR"');
    expect(lines.filter((line) => /sandbox-api-key|new-key/.test(line))).toEqual([]);
    await deploy(AT_PROVIDER, { ProviderApiKey: "new-key" });
    await allConfirmed(ids);
  });
});

describe("a drill: the webhooks' secret is rotated with orders in flight", () => {
  it("F56 in three deployments, and each webhook is heard at its first attempt", async () => {
    const ids = await inFlight();
    const both = { WebhookSecret: "new-secret", PreviousWebhookSecret: "sandbox-webhook-secret" };
    await deploy(["ReceiveWebhook"], both);
    ids.push(...(await inFlight()));
    await shop.clock.advance(MINUTE); // what was signed with the old secret has arrived
    await deploy(["DeliverWebhook"], { WebhookSecret: "new-secret" });
    ids.push(...(await inFlight()));
    await shop.clock.advance(MINUTE);
    await deploy(["ReceiveWebhook"], { PreviousWebhookSecret: "" });
    ids.push(...(await inFlight()));
    await allConfirmed(ids);
    expect(logged("webhook not delivered")).toEqual([]);
  });
});
