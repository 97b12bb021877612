import { describe, expect, it } from "vitest";
import { identityIsOurs } from "./identity-owner.ts";

const ada = { name: "petstore", stage: "ada" };

describe("a sender's identity", () => {
  it("is made by the first stage that names it, and declared by that stage for ever", () => {
    expect(identityIsOurs(undefined, ada)).toBe(true);
    expect(identityIsOurs({ tags: { project: "petstore", stage: "ada" } }, ada)).toBe(true);
  });

  it.each([
    ["another stage", { project: "petstore", stage: "bob" }],
    ["another project", { project: "bakery", stage: "ada" }],
    ["somebody by hand", {}],
  ])("that was made by %s is used as it is", (_, tags) => {
    expect(identityIsOurs({ tags }, ada)).toBe(false);
  });
});
