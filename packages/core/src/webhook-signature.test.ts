import { describe, expect, it } from "vitest";
import { signWebhook, verifyWebhook } from "./webhook-signature.ts";

const now = Date.UTC(2026, 0, 1);
const body = '{"id": "whk_1",  "status":"authorized"}';
const secret = "current";
const good = signWebhook(body, secret, now);
const verify = (header: string | undefined, secrets = [secret], at = now, received = body) => {
  const result = verifyWebhook(received, header, secrets, at);
  return result.ok ? "ok" : result.refusal.code;
};

describe("a webhook's signature", () => {
  it("is accepted over the very bytes that were signed", () => expect(verify(good)).toBe("ok"));

  it("is accepted over bytes that begin with a byte order mark, and not over those without it", () => {
    const marked = Buffer.from(`\uFEFF${body}`);
    const header = signWebhook(marked, secret, now);
    const code = (received: string | Uint8Array) => verifyWebhook(received, header, [secret], now);
    expect(code(new Uint8Array(marked))).toEqual({ ok: true, value: true });
    expect(code(body)).toMatchObject({ refusal: { code: "ForgedSignature" } });
  });

  it("is refused over the same JSON printed again (F56)", () =>
    expect(verify(good, [secret], now, JSON.stringify(JSON.parse(body)))).toBe("ForgedSignature"));

  it("is refused when forged with another secret (F56)", () =>
    expect(verify(signWebhook(body, "guess", now))).toBe("ForgedSignature"));

  it("is refused over a body that was cut short (F56)", () =>
    expect(verify(good, [secret], now, body.slice(0, -1))).toBe("ForgedSignature"));

  it.each([undefined, "", "v1=00", "t=1", good.slice(0, -1), good.replace("t=", "x=")])(
    "is refused when it is %j",
    (header) => expect(verify(header)).toBe("NotSigned"),
  );

  it.each([-300_000, 300_000])("is good %i ms away from its time", (ms) =>
    expect(verify(good, [secret], now + ms)).toBe("ok"),
  );

  it.each([-301_000, 301_000])("is stale %i ms away from its time (F56)", (ms) =>
    expect(verify(good, [secret], now + ms)).toBe("StaleSignature"),
  );

  it("cannot be given a new time", () => {
    const later = good.replace(String(now / 1000), String(now / 1000 + 600));
    expect(verify(later, [secret], now + 600_000)).toBe("ForgedSignature");
  });

  it("is accepted from either secret while they rotate, and from neither after", () => {
    const old = signWebhook(body, "previous", now);
    expect(verify(old, [secret, "previous"])).toBe("ok");
    expect(verify(`${old},${good.slice(good.indexOf("v1="))}`)).toBe("ok");
    expect(verify(old, [secret, ""])).toBe("ForgedSignature");
  });

  it("is refused from an empty secret, even while no previous secret is set", () =>
    expect(verify(signWebhook(body, "", now), [secret, ""])).toBe("ForgedSignature"));
});
