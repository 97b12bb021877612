import { deepEqual, equal } from "node:assert/strict";
import { TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { claimsOf, refused } from "./claim.ts";
import { api, guide } from "./eventbridge-lab.ts";
import type { Lab } from "./lab.ts";

const operators = `${guide}/eb-create-pattern-operators.html`;

const fits = async (lab: Lab, pattern: object, event: object) => {
  const Event = {
    id: "1",
    "detail-type": "Placed",
    source: "acme",
    account: "123456789012",
    time: "2026-01-01T00:00:00Z",
    region: "us-east-1",
    resources: [],
    detail: {},
    ...event,
  };
  const test = new TestEventPatternCommand({
    EventPattern: JSON.stringify(pattern),
    Event: JSON.stringify(Event),
  });
  return (await lab.events.send(test)).Result;
};

/** A claim about one operator: it matches these values of `detail.x`, and not those. */
const operator = (
  name: string,
  claim: string,
  pattern: unknown,
  { yes, no }: { yes: unknown[]; no: unknown[] },
  doc = operators,
) => ({
  name: `pattern-${name}`,
  claim,
  doc,
  async run(lab: Lab) {
    const matches = (values: unknown[]) =>
      Promise.all(values.map((x) => fits(lab, { detail: { x: pattern } }, { detail: { x } })));
    deepEqual(
      await matches(yes),
      yes.map(() => true),
    );
    deepEqual(
      await matches(no),
      no.map(() => false),
    );
  },
});

/** What EventBridge documents of event patterns. */
export const eventPatternClaims = claimsOf("eventbridge", [
  {
    name: "bad-pattern",
    claim: "A pattern with an unknown operator, or a value that stands in no list, is refused",
    doc: `${guide}/eb-event-patterns.html`,
    async run(lab) {
      for (const pattern of [{ source: [{ prefx: "a" }] }, { source: "a" }])
        await refused(fits(lab, pattern, {}), "InvalidEventPatternException");
    },
  },
  {
    name: "pattern-and-or",
    claim: "Every field of a pattern must match; of the values in its list, one",
    doc: `${guide}/eb-event-patterns.html`,
    async run(lab) {
      const pattern = { source: ["acme", "bank"], detail: { state: ["sold"] } };
      deepEqual(
        await Promise.all([
          fits(lab, pattern, { detail: { state: "sold" } }),
          fits(lab, pattern, { detail: { state: "sold" }, source: "zoo" }),
          fits(lab, pattern, { detail: { state: "lost" } }),
          fits(lab, pattern, {}),
        ]),
        [true, false, false, false],
      );
    },
  },
  operator(
    "array",
    "A list in an event matches when one of its values does",
    ["a", "b"],
    { yes: [["x", "b"], "a"], no: [["x"], [], "x"] },
    `${guide}/eb-event-patterns-arrays.html`,
  ),
  operator(
    "null-empty",
    "null and the empty text are values of their own",
    [null, ""],
    { yes: [null, ""], no: [0, "null", "x"] },
    `${guide}/eb-event-patterns-null-values.html`,
  ),
  operator("prefix", "prefix", [{ prefix: "ab" }], { yes: ["ab", "abc"], no: ["xab", "AB", 1] }),
  operator(
    "prefix-ignore-case",
    "prefix with equals-ignore-case",
    [{ prefix: { "equals-ignore-case": "ab" } }],
    { yes: ["ABc", "abc"], no: ["xab"] },
  ),
  operator("suffix", "suffix", [{ suffix: ".png" }], { yes: ["a.png"], no: ["a.PNG", ".png.x"] }),
  operator("equals-ignore-case", "equals-ignore-case", [{ "equals-ignore-case": "Alice" }], {
    yes: ["alice", "ALICE"],
    no: ["alicia"],
  }),
  operator("wildcard", "wildcard: a * stands for any text", [{ wildcard: "a*c.*" }], {
    yes: ["ac.", "abbc.x"],
    no: ["bac.", "abd.c"],
  }),
  operator("anything-but", "anything-but with a list", [{ "anything-but": ["a", "b"] }], {
    yes: ["c", ["a", "c"]],
    no: ["a", "b"],
  }),
  operator(
    "anything-but-prefix",
    "anything-but with prefix",
    [{ "anything-but": { prefix: "a" } }],
    {
      yes: ["ba"],
      no: ["ab"],
    },
  ),
  operator(
    "anything-but-wildcard",
    "anything-but with wildcard",
    [{ "anything-but": { wildcard: "*/lib/*" } }],
    { yes: ["a/src/b"], no: ["a/lib/b"] },
  ),
  operator(
    "numeric",
    "numeric: equality, comparison and ranges",
    [{ numeric: ["=", 5] }, { numeric: [">", 10, "<=", 20] }],
    { yes: [5, 5.0, 10.5, 20], no: [10, 21, "15"] },
  ),
  operator("exists", "exists: false matches where the field is absent", [{ exists: false }], {
    yes: [undefined],
    no: ["", null, 0],
  }),
  operator("cidr", "cidr: addresses within a network", [{ cidr: "10.0.0.0/24" }], {
    yes: ["10.0.0.7", "10.0.0.255"],
    no: ["10.0.1.0", "example"],
  }),
  {
    name: "pattern-or",
    claim: "$or matches where one of several fields does",
    doc: `${operators}#eb-filtering-complex-example-or`,
    async run(lab) {
      const pattern = { detail: { $or: [{ a: [1] }, { b: [{ numeric: [">", 5] }] }] } };
      deepEqual(
        await Promise.all(
          [{ a: 1 }, { b: 6 }, { a: 2, b: 5 }].map((detail) => fits(lab, pattern, { detail })),
        ),
        [true, true, false],
      );
    },
  },
  {
    name: "test-pattern-event",
    claim:
      "TestEventPattern wants an event with id, account, source, time, region and detail-type; resources and detail may be missing",
    doc: `${api}/API_TestEventPattern.html`,
    async run(lab) {
      const left = (name: string) => fits(lab, { source: ["acme"] }, { [name]: undefined });
      deepEqual([await left("resources"), await left("detail")], [true, true]);
      for (const name of ["id", "account", "time", "region", "detail-type"])
        await refused(left(name), "ValidationException");
    },
  },
  {
    name: "pattern-complex",
    claim:
      "A pattern whose wildcards are too complex is refused: for each field, at most ten beginnings of them may fit one text",
    doc: `${operators}#eb-filtering-wildcard-matching-complexity`,
    async run(lab) {
      const refuses = (...wildcards: string[]) =>
        refused(
          fits(lab, { detail: { x: wildcards.map((wildcard) => ({ wildcard })) } }, {}),
          "InvalidEventPatternException",
          /Rule is too complex/,
        );
      await refuses("*:*:*:*:*:event-bus/*");
      await refuses(...["a", "b", "c", "d"].map((name) => `*:stack/${name}/*`));
      const three = ["a", "b", "c"].map((name) => ({ wildcard: `*:stack/${name}/*` }));
      equal(await fits(lab, { detail: { x: three } }, { detail: { x: "1:stack/c/2" } }), true);
    },
  },
  {
    name: "pattern-or-limit",
    claim: "The $or's of a pattern have at most 1,000 combinations",
    doc: `${operators}#eb-filtering-complex-example-or`,
    async run(lab) {
      const or = (n: number) => ({
        $or: Array.from({ length: n }, (_, i) => ({ [`x${i}`]: [1] })),
      });
      const pattern = (n: number) => ({ detail: { a: or(10), b: or(10), c: or(n) } });
      equal(await fits(lab, pattern(10), {}), false);
      await refused(fits(lab, pattern(11), {}), "InvalidEventPatternException");
    },
  },
  {
    name: "pattern-length",
    claim: "A pattern has at most 4,096 characters",
    doc: `${api}/API_TestEventPattern.html`,
    async run(lab) {
      await refused(fits(lab, { source: ["x".repeat(4096)] }, {}), "ValidationException", /4096/);
    },
  },
]);
