import { usd } from "@petstore/core/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compose, inWords } from "./mail.ts";

describe("an e-mail", () => {
  it("says the same as text and as HTML", () =>
    expect(compose("Hello", ["A line.", [["Goldfish", "USD 1.00"]]])).toEqual({
      subject: "Hello",
      text: "A line.\n\n  Goldfish: USD 1.00\n",
      html: '<!doctype html><html lang="en"><body><p>A line.</p><table><tr><td>Goldfish</td><td>USD 1.00</td></tr></table></body></html>',
    }));

  it("takes nothing that it is given for markup", () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, cell) => {
        const { html } = compose("", [text, [[cell, text]]]);
        expect(
          html.replaceAll(/<\/?(!doctype html|html lang="en"|html|body|p|table|tr|td)>/g, ""),
        ).not.toMatch(/[<>"']/);
      }),
    ));

  it("lets nothing into the subject that could begin another header", () =>
    expect(compose("Hi\r\nBcc: everyone\u0000", []).subject).toBe("Hi Bcc: everyone "));

  it("writes amounts in units, never as floats", () => {
    expect(inWords(usd(0))).toBe("USD 0.00");
    expect(inWords(usd(1205))).toBe("USD 12.05");
    expect(inWords(usd(Number.MAX_SAFE_INTEGER))).toBe("USD 90071992547409.91");
  });
});
