import { expect, test } from "vitest";
import { administrator } from "../../kernel/engine.ts";
import { limited } from "./constraints.ts";

const operations = limited(
  { Ask: () => ({ answered: true }) },
  {
    Ask: {
      Targets: { kind: "list", length: [1, 100] },
      "Targets[]": { kind: "map" },
      "Targets[].Id": { required: true },
      Tags: { kind: "list" },
      "Tags[].Key": { required: true },
    },
  },
);
const ask = async (input: object) => operations.Ask?.(input, administrator);

/** A list that counts which of its entries are looked at. */
const watched = (length: number) => {
  const looked = { at: 0 };
  const entry = Object.defineProperty({}, "Id", {
    get() {
      looked.at += 1;
      return undefined;
    },
  });
  return { list: Array(length).fill(entry), looked };
};

test("a list with more entries than it may have is refused for that alone, before any of them is looked at", async () => {
  const { list, looked } = watched(101);
  await expect(ask({ Targets: list })).rejects.toMatchObject({
    code: "ValidationException",
    message:
      "1 validation error detected: Value '[101 members]' at 'targets' failed to satisfy constraint: Member must have length less than or equal to 100",
  });
  expect(looked.at).toBe(0);
});

test("what breaks the rules of each entry is told of a hundred of them at most", async () => {
  const Tags = Array(10_000).fill({});
  const refusal = expect(ask({ Targets: [{ Id: "1" }], Tags })).rejects;
  await refusal.toMatchObject({
    message: expect.stringMatching(
      /^100 validation errors detected: .* at 'tags\.100\.member\.key' [^;]*$/,
    ),
  });
  expect(await ask({ Targets: [{ Id: "1" }], Tags: [{ Key: "k" }] })).toEqual({ answered: true });
});
