import { describe, expect, it } from "vitest";
import * as z from "zod";
import { essence } from "./essence.ts";
import { fingerprint } from "./idempotency.ts";

const Line = z.strictObject({ productId: z.string(), quantity: z.int() });
const Now = z.strictObject({ lines: z.array(Line), paymentToken: z.string() });
/** The same request in a later release: each new member may be left out. */
const Later = z.strictObject({
  note: z.string().trim().default(""),
  gift: z.boolean().optional(),
  delivery: z
    .strictObject({ by: z.enum(["post", "bird"]).default("post") })
    .default({ by: "post" }),
  paymentToken: z.string(),
  lines: z.array(Line.extend({ wrapped: z.boolean().default(false) })).default([]),
});

const sent = { paymentToken: "tok_approve", lines: [{ quantity: 1, productId: "prd_hay" }] };
const under = (schema: z.ZodType, body: unknown) =>
  fingerprint(essence(schema, schema.parse(body)));

describe("F01 the fingerprint of a request, across a deployment", () => {
  it("is the same before a release that adds members, and after it, and after it is rolled back", () => {
    expect(under(Later, sent)).toBe(under(Now, sent));
    // What the first release with fingerprints has written down of this request.
    expect(under(Now, sent)).toBe(
      fingerprint({
        lines: [{ productId: "prd_hay", quantity: 1 }],
        paymentToken: "tok_approve",
      }),
    );
  });

  it("is the same where a member is sent that says what its absence says", () => {
    const lines = [{ productId: "prd_hay", quantity: 1, wrapped: false }];
    const wordy = { ...sent, lines, note: " ", gift: undefined, delivery: { by: "post" } };
    expect(under(Later, wordy)).toBe(under(Now, sent));
  });

  it.each([
    { note: "for Ada" },
    { gift: false },
    { delivery: { by: "bird" } },
    { lines: [{ productId: "prd_hay", quantity: 1, wrapped: true }] },
    { lines: [] },
    { lines: [{ productId: "prd_hay", quantity: 2 }] },
  ])("is another one where a member says something: %j", (more) =>
    expect(under(Later, { ...sent, ...more })).not.toBe(under(Now, sent)),
  );
});
