import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { usd } from "@petstore/core/money";
import type { PaymentId } from "@petstore/events/ids";
import { afterEach, describe, expect, it, vi } from "vitest";
import { paymentProvider } from "./provider.ts";

const id: PaymentId = "pay_01J8ZQ3V5N6W7X8Y9Z0A1B2C3D";
const total = usd(4200);
const statement = { paymentId: id, amount: 4200, currency: "USD" };
type Reply = { status: number; body: unknown };

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A provider that gives these replies, the last one again and again, and keeps what it was asked. */
const providerThatReplies = async (...replies: Reply[]) => {
  const asked: { line: string; key: unknown; authorization: unknown; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    const { authorization, "idempotency-key": key } = headers;
    asked.push({ line: `${method} ${url}`, key, authorization, body });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    response.writeHead(reply?.status ?? 500, { "content-type": "application/json" });
    response.end(typeof reply?.body === "string" ? reply.body : JSON.stringify(reply?.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    provider: paymentProvider({ url: `http://127.0.0.1:${port}/under/`, apiKey: "key" }),
  };
};

describe("the payment provider, as we know it", () => {
  it("is asked under a key made of payment and purpose", async () => {
    const { asked, provider } = await providerThatReplies({
      status: 202,
      body: { ...statement, status: "pending" },
    });
    expect(await provider.authorize(id, total, "tok_approve")).toMatchObject({ status: "pending" });
    await provider.capture(id, total);
    await provider.refund(id, total, "cancellation");
    expect(asked.map(({ line, key }) => [line, key])).toEqual([
      ["POST /under/v1/payments", `${id}:authorize`],
      [`POST /under/v1/payments/${id}/capture`, `${id}:capture`],
      [`POST /under/v1/payments/${id}/refund`, `${id}:refund:cancellation`],
    ]);
    expect(asked[0]).toMatchObject({
      authorization: "Bearer key",
      body: JSON.stringify({ paymentId: id, ...total, token: "tok_approve" }),
    });
  });

  it("declines a card that it does not take", async () => {
    const { provider } = await providerThatReplies({
      status: 422,
      body: { type: "/problems/card-declined", detail: "There is no such card." },
    });
    expect(await provider.authorize(id, total, "tok_what")).toEqual({
      status: "declined",
      reason: "There is no such card.",
    });
  });

  it("refuses for good with a 4xx", async () => {
    const { provider } = await providerThatReplies({
      status: 409,
      body: { type: "/problems/not-authorized", detail: "It expired." },
    });
    expect(await provider.capture(id, total)).toEqual({
      ok: false,
      refusal: { code: "NotAuthorized", detail: "It expired." },
    });
  });

  it.each<[string, Reply]>([
    ["breaks", { status: 500, body: {} }],
    ["is overrun", { status: 429, body: {} }],
    [
      "is still busy with the same key",
      { status: 409, body: { type: "/problems/request-in-progress" } },
    ],
    ["answers with something that is not JSON", { status: 200, body: "<html>" }],
    ["answers about nothing that we know", { status: 200, body: { status: "authorized" } }],
    [
      "answers with a fraction of a cent",
      { status: 200, body: { ...statement, amount: 0.5, status: "captured" } },
    ],
    [
      "answers in words that we do not know",
      { status: 200, body: { ...statement, status: "reviewed" } },
    ],
  ])("has said neither yes nor no when it %s (API10)", async (_, reply) => {
    const { provider } = await providerThatReplies(reply);
    await expect(provider.capture(id, total)).rejects.toMatchObject({ name: "OutcomeUnknown" });
    await expect(provider.authorize(id, total, "tok")).rejects.toMatchObject({
      name: "OutcomeUnknown",
    });
  });

  it.each([401, 403])(
    "has said nothing of a card when it does not accept our key (%i): that is an outage, and is logged as one",
    async (status) => {
      const { asked, provider } = await providerThatReplies({ status, body: {} });
      const lines = vi.spyOn(console, "error").mockImplementation(() => {});
      for (let i = 0; i < 8; i++)
        await expect(provider.authorize(id, total, "tok")).rejects.toMatchObject({
          name: "OutcomeUnknown",
        });
      expect(asked.length).toBe(5);
      const logged = lines.mock.calls.map(([line]) => JSON.stringify(line));
      expect(logged).toHaveLength(5);
      for (const line of logged) {
        expect(line).toContain("ProviderRefusesUs");
        expect(line).not.toContain("Bearer");
      }
      lines.mockRestore();
    },
  );

  it("knows nothing of a payment that never reached it", async () => {
    const { provider } = await providerThatReplies({ status: 404, body: {} });
    expect(await provider.find(id)).toBeUndefined();
  });

  it("is left alone for a while after five failures in a row (F60)", async () => {
    const { asked, provider } = await providerThatReplies({ status: 503, body: {} });
    for (let i = 0; i < 8; i++)
      await expect(provider.capture(id, total)).rejects.toMatchObject({ name: "OutcomeUnknown" });
    expect(asked.length).toBe(5);
  });

  it("is not left alone for refusing", async () => {
    const { asked, provider } = await providerThatReplies({ status: 409, body: {} });
    for (let i = 0; i < 8; i++) await provider.capture(id, total);
    expect(asked.length).toBe(8);
  });
});
