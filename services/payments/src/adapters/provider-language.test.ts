import { expect, it } from "vitest";
import { readWebhook } from "./provider-language.ts";

const paymentId = `pay_${"0".repeat(26)}`;

it.each([
  ["null", /^The body [^\n]+\.$/],
  ['{"id":"whk_1","type":"x","data":{"status":"sold"}}', /^data\.status [^\n]+\.$/],
  [
    JSON.stringify({
      ...{ id: "whk_1", type: "x" },
      data: { paymentId, amount: -1, currency: "USD", status: "voided" },
    }),
    /^data\.amount [^\n]+\.$/,
  ],
])("what is no webhook is refused in one sentence: %s", (body, sentence) => {
  const read = readWebhook(body);
  expect(read).toMatchObject({
    refusal: { code: "Invalid", detail: expect.stringMatching(sentence) },
  });
});
