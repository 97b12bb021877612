import { describe, expect, it } from "vitest";
import { withPart } from "./proof-page.ts";

describe("the page of proofs", () => {
  const page = withPart(withPart("# Proof\n", "one", "first"), "two", "second");

  it("has each part between its marks, a new one last", () => {
    expect(page).toBe(
      "# Proof\n\n<!-- one -->\nfirst\n<!-- /one -->\n\n<!-- two -->\nsecond\n<!-- /two -->\n",
    );
  });

  it("keeps all else when a part is written anew", () => {
    expect(withPart(page, "one", "again\n")).toBe(page.replace("first", "again"));
    expect(withPart(page, "two", "$& second")).toBe(page.replace("second", "$$& second"));
    expect(withPart(page, "one", "first")).toBe(page);
  });
});
