import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matches, validatePattern } from "./patterns.ts";

const event = {
  version: "0",
  "detail-type": "things.ThingPlaced.v1",
  source: "acmecorp.things",
  resources: ["arn:aws:ec2:us-east-1:123456789012:instance/i-0"],
  detail: {
    state: "running",
    count: 5,
    limit: 301.8,
    ip: "10.0.0.33",
    ip6: "2001:db8:1234:1a00::17",
    path: "dir/sub/picture.PNG",
    flag: true,
    nothing: null,
    empty: "",
    list: ["a", "b"],
    none: [],
    nested: { deep: "x" },
    star: "a*b",
    employees: [
      { first: "Anna", last: "Smith", age: 30 },
      { first: "Peter", last: "Jones" },
    ],
  },
};

const on = (detail: object) => matches({ detail }, event);

describe("the documented operators", () => {
  it.each([
    ["a value", { state: ["stopped", "running"] }, true],
    ["another value", { state: ["stopped"] }, false],
    ["a number, however it is written", { limit: [3.018e2] }, true],
    ["true", { flag: [true] }, true],
    ["true is not a text", { flag: ["true"] }, false],
    ["null", { nothing: [null] }, true],
    ["null is not absence", { missing: [null] }, false],
    ["the empty text", { empty: [""] }, true],
    ["one of an array's elements", { list: ["b"] }, true],
    ["two fields at once", { state: ["running"], count: [6] }, false],
    ["prefix", { state: [{ prefix: "run" }] }, true],
    ["prefix of a number", { count: [{ prefix: "5" }] }, false],
    ["prefix ignoring case", { state: [{ prefix: { "equals-ignore-case": "RUN" } }] }, true],
    ["suffix", { path: [{ suffix: ".PNG" }] }, true],
    ["suffix ignoring case", { path: [{ suffix: { "equals-ignore-case": ".png" } }] }, true],
    ["equals-ignore-case", { state: [{ "equals-ignore-case": "RUNNING" }] }, true],
    ["wildcard", { path: [{ wildcard: "dir/*/*.PNG" }] }, true],
    ["wildcard that overlaps itself", { state: [{ wildcard: "running*running" }] }, false],
    ["wildcard with a literal star", { star: [{ wildcard: "a\\*b" }] }, true],
    ["wildcard with a literal star, elsewhere", { state: [{ wildcard: "run\\*" }] }, false],
    ["numeric equality", { limit: [{ numeric: ["=", 3.018e2] }] }, true],
    ["a numeric range", { count: [{ numeric: [">", 0, "<=", 5] }] }, true],
    ["outside a numeric range", { count: [{ numeric: [">", 0, "<", 5] }] }, false],
    ["numeric of a text", { state: [{ numeric: ["<", 10] }] }, false],
    ["cidr", { ip: [{ cidr: "10.0.0.0/24" }] }, true],
    ["outside a cidr", { ip: [{ cidr: "10.0.1.0/24" }] }, false],
    ["cidr of version 6", { ip6: [{ cidr: "2001:db8:1234:1a00::/56" }] }, true],
    ["exists", { count: [{ exists: true }] }, true],
    ["exists of null", { nothing: [{ exists: true }] }, true],
    ["exists of what is not there", { missing: [{ exists: true }] }, false],
    ["exists false", { missing: [{ exists: false }] }, true],
    ["exists false of an inner node", { nested: [{ exists: false }] }, true],
    ["exists of an empty array", { none: [{ exists: true }] }, false],
    ["absent or a value", { missing: [{ exists: false }, "x"] }, true],
    ["anything-but a text", { state: [{ "anything-but": "stopped" }] }, true],
    ["anything-but, of the same", { state: [{ "anything-but": "running" }] }, false],
    ["anything-but a list", { state: [{ "anything-but": ["stopped", "running"] }] }, false],
    ["anything-but numbers", { limit: [{ "anything-but": [100, 200] }] }, true],
    ["anything-but a text, of a number", { count: [{ "anything-but": "5" }] }, true],
    ["anything-but of what is not there", { missing: [{ "anything-but": "x" }] }, false],
    ["anything-but, another element", { list: [{ "anything-but": "a" }] }, true],
    ["anything-but prefix", { state: [{ "anything-but": { prefix: "run" } }] }, false],
    ["anything-but prefixes", { state: [{ "anything-but": { prefix: ["a", "b"] } }] }, true],
    ["anything-but suffix", { path: [{ "anything-but": { suffix: [".PNG"] } }] }, false],
    [
      "anything-but ignoring case",
      { state: [{ "anything-but": { "equals-ignore-case": ["RUNNING"] } }] },
      false,
    ],
    ["anything-but wildcard", { path: [{ "anything-but": { wildcard: "*/lib/*" } }] }, true],
    ["anything-but one suffix", { path: [{ "anything-but": { suffix: ".jpg" } }] }, true],
    [
      "anything-but one text ignoring case",
      { state: [{ "anything-but": { "equals-ignore-case": "Running" } }] },
      false,
    ],
    [
      "anything-but wildcards",
      { path: [{ "anything-but": { wildcard: ["*/lib/*", "dir/*.PNG"] } }] },
      false,
    ],
    ["anything-but prefix, of a number", { count: [{ "anything-but": { prefix: "5" } }] }, true],
    ["anything-but null", { nothing: [{ "anything-but": "x" }] }, true],
    ["an operator or a value", { state: [{ prefix: "stop" }, "running"] }, true],
    ["two operators of one field", { count: [{ numeric: ["<", 0] }, { exists: true }] }, true],
    ["suffix of the empty text", { state: [{ suffix: "" }] }, true],
    ["wildcard alone", { state: [{ wildcard: "*" }] }, true],
    ["wildcard with a literal backslash", { star: [{ wildcard: "a\\\\b" }] }, false],
    ["numeric below", { limit: [{ numeric: ["<", -1.5] }] }, false],
    ["numeric of one array's elements", { list: [{ numeric: [">", 0] }] }, false],
    ["cidr of another version", { ip6: [{ cidr: "10.0.0.0/24" }] }, false],
    [
      "$or within a field",
      { nested: { $or: [{ deep: ["y"] }, { other: [{ exists: false }] }] } },
      true,
    ],
    [
      "operators within $or",
      { $or: [{ count: [{ numeric: [">", 9] }] }, { path: [{ wildcard: "dir/*" }] }] },
      true,
    ],
    ["$or", { $or: [{ state: ["stopped"] }, { count: [5] }] }, true],
    ["$or of nothing that holds", { $or: [{ state: ["stopped"] }, { count: [6] }] }, false],
    ["$or and a field", { flag: [false], $or: [{ state: ["running"] }, { count: [5] }] }, false],
    [
      "$or within $or",
      { $or: [{ state: ["no"] }, { flag: [true], $or: [{ count: [1] }, { count: [5] }] }] },
      true,
    ],
    ["fields of one element", { employees: { first: ["Anna"], last: ["Smith"] } }, true],
    ["fields of two elements", { employees: { first: ["Anna"], last: ["Jones"] } }, false],
    [
      "absence in the element that matched",
      { employees: { first: ["Peter"], xage: [{ exists: false }] } },
      true,
    ],
  ])("%s", (_, detail, expected) => {
    expect(on(detail)).toBe(expected);
  });

  it("work on the envelope as on the detail", () => {
    expect(
      matches(
        { source: [{ prefix: "acmecorp." }], "detail-type": [{ wildcard: "things.*.v1" }] },
        event,
      ),
    ).toBe(true);
    expect(matches({ resources: [{ suffix: "i-0" }] }, event)).toBe(true);
    expect(matches({ "replay-name": [{ exists: false }] }, event)).toBe(true);
  });
});

describe("an invalid pattern is refused in AWS's words", () => {
  it.each([
    ['{"a":"b"}', '"a" must be an object or an array'],
    ['{"a":1}', '"a" must be an object or an array'],
    ['["a"]', "Filter is not an object"],
    ["{}", "Empty objects are not allowed"],
    ['{"a":{}}', "Empty objects are not allowed"],
    ['{"a":[]}', "Empty arrays are not allowed"],
    ['{"a":[["b"]]}', "Match value must be String, number, true, false, or null"],
    ['{"a":[{}]}', "Match expression name not found"],
    ['{"a":[{"EXISTS":true}]}', "Unrecognized match type EXISTS"],
    ['{"a":[{"exists":"yes"}]}', "exists match pattern must be either true or false."],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', "Only one key allowed in match expression"],
    ['{"a":[{"prefix":["x"]}]}', "prefix match pattern must be a string"],
    ['{"a":[{"suffix":1}]}', "suffix match pattern must be a string"],
    ['{"a":[{"prefix":{"wildcard":"x"}}]}', "Unsupported prefix pattern: wildcard"],
    ['{"a":[{"equals-ignore-case":["x"]}]}', "equals-ignore-case match pattern must be a string"],
    ['{"a":[{"wildcard":1}]}', "wildcard match pattern must be a string"],
    ['{"a":[{"wildcard":"ab**"}]}', "Consecutive wildcard characters at pos 3"],
    ['{"a":[{"wildcard":"a\\\\b"}]}', "Invalid escape character at pos 2"],
    ['{"a":[{"numeric":5}]}', "Value of numeric must be an array."],
    ['{"a":[{"numeric":["<","5"]}]}', "Value of < must be numeric"],
    ['{"a":[{"numeric":["=","5"]}]}', "Value of equals must be numeric"],
    ['{"a":[{"numeric":[">",0,">",5]}]}', "Bad numeric range operator: >"],
    ['{"a":[{"numeric":[">",5,"<",0]}]}', "Bottom must be less than top"],
    ['{"a":[{"numeric":["~",5]}]}', "Unrecognized numeric range operator: ~"],
    ['{"a":[{"numeric":["toString",5]}]}', "Unrecognized numeric range operator: toString"],
    ['{"a":[{"numeric":["__proto__",5]}]}', "Unrecognized numeric range operator: __proto__"],
    ['{"a":[{"cidr":"10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a":[{"cidr":"10.0.0.0/x"}]}', "Malformed CIDR, mask bits must be an integer"],
    ['{"a":[{"cidr":"xx.11.xx/8"}]}', "Nonstandard IP address: xx.11.xx"],
    ['{"a":[{"cidr":"10.0.0.0/32"}]}', "IPv4 mask bits must be < 32"],
    [
      '{"a":[{"anything-but":null}]}',
      "Value of anything-but must be an array or single string/number value.",
    ],
    [
      '{"a":[{"anything-but":["x",1]}]}',
      "Inside anything but list, either all values are number or string, mixed type is not supported",
    ],
    [
      '{"a":[{"anything-but":["x",null]}]}',
      "Inside anything but list, start|null|boolean is not supported.",
    ],
    ['{"a":[{"anything-but":{"prefix":""}}]}', "Null prefix/suffix not allowed"],
    ['{"a":[{"anything-but":{"cidr":"x"}}]}', "Unsupported anything-but pattern: cidr"],
    [
      '{"a":[{"anything-but":{"equals-ignore-case":[1]}}]}',
      "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    ],
    ['{"$or":{"a":["b"]}}', "It must be an Array followed with $or."],
    ['{"$or":[{"a":["b"]}]}', "There must have at least 2 Objects in $or relationship."],
    ['{"$or":[{"a":["b"]},1]}', "Only JSON object is allowed in array of $or relationship."],
    [
      '{"$or":[{"prefix":["b"]},{"a":["b"]}]}',
      "prefix is Ruler reserved fieldName which cannot be used inside $or.",
    ],
  ])("%s", (pattern, reason) => {
    expect(() => validatePattern(pattern)).toThrow(
      expect.objectContaining({
        code: "InvalidEventPatternException",
        message: `Event pattern is not valid. Reason: ${reason}`,
      }),
    );
  });

  it("even when it is no JSON at all", () => {
    expect(() => validatePattern("{'a'")).toThrow(/^Event pattern is not valid\. Reason: /);
  });

  it("when it is nested deeper than events may be", () => {
    const deep = `${'{"a":'.repeat(30_000)}["b"]${"}".repeat(30_000)}`;
    expect(() => validatePattern(deep)).toThrow(/nested deeper than 1000 levels/);
    const ors = `${'{"$or":['.repeat(30_000)}{"a":[1]}${"]}".repeat(30_000)}`;
    expect(() => validatePattern(ors)).toThrow(/nested deeper than 1000 levels/);
  });

  it.each([
    // Recorded from AWS, and told by those it refused: github.com/localstack/localstack, tests/aws/services/events.
    ["one wildcard with six stars", ["*:*:*:*:*:event-bus/*"]],
    ["four of two stars", ["a", "b", "c", "d"].map((name) => `*:stack/${name}/*`)],
    ["four names of files", ["bif", "tif", "tiff", "svs"].map((end) => `*/datasync/*.${end}`)],
  ])("when its wildcards are too complex: %s", (_, wildcards) => {
    const message =
      "Event pattern is not valid. Reason: Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character";
    const refused = { code: "InvalidEventPatternException", message };
    const matchers = wildcards.map((wildcard) => ({ wildcard }));
    const compile = (pattern: object) => () => validatePattern(JSON.stringify(pattern));
    expect(compile({ detail: { key: matchers } })).toThrow(expect.objectContaining(refused));
    // In fields of their own they are not.
    if (wildcards.length > 1)
      compile(Object.fromEntries(matchers.map((matcher, i) => [`key${i}`, [matcher]])))();
  });

  it("but not when they are less complex, or together in an anything-but", () => {
    const wildcards = ["a", "b", "c", "d"].map((name) => `*:stack/${name}/*`);
    const three = wildcards.slice(1).map((wildcard) => ({ wildcard }));
    validatePattern(JSON.stringify({ key: three }));
    validatePattern(JSON.stringify({ key: [{ "anything-but": { wildcard: wildcards } }] }));
  });

  it("when its $or's have more than a thousand combinations", () => {
    const or = (name: string) => ({
      [name]: { $or: Array.from({ length: 11 }, (_, i) => ({ [`x${i}`]: [i] })) },
    });
    const pattern = { ...or("a"), ...or("b"), ...or("c") };
    expect(() => validatePattern(JSON.stringify(pattern))).toThrow(/Rule is too complex/);
  });
});

describe("laws", () => {
  const scalar = fc.oneof(
    fc.constantFrom("a", "b", "ab", "aB", "", "a*b"),
    fc.integer({ min: -3, max: 3 }),
    fc.boolean(),
    fc.constant(null),
  );
  const letters = fc.stringMatching(/^[abAB]{1,3}$/);
  const literal = fc.oneof(letters, fc.integer({ min: -3, max: 3 }));
  const matcher = fc.oneof(
    scalar,
    letters.map((x) => ({ prefix: x })),
    letters.map((x) => ({ suffix: { "equals-ignore-case": x } })),
    fc.boolean().map((x) => ({ exists: x })),
    literal.map((x) => ({ "anything-but": x })),
    fc.integer({ min: -3, max: 3 }).map((x) => ({ numeric: [">=", x] })),
  );
  const fields = (value: fc.Arbitrary<unknown>) =>
    fc.dictionary(fc.constantFrom("a", "b", "c"), value, { minKeys: 1 });
  const pattern = fields(fc.array(matcher, { minLength: 1, maxLength: 3 }));
  const anyEvent = fields(
    fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fields(scalar), fc.array(fields(scalar))),
  );

  it("anything-but is the negation of the literal on what is there and is no array", () => {
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1 }), scalar, (names, value) => {
        expect(matches({ x: [{ "anything-but": names }] }, { x: value })).toBe(
          !matches({ x: names }, { x: value }),
        );
      }),
    );
  });

  it.each(["prefix", "suffix", "equals-ignore-case", "wildcard"])(
    "anything-but %s is the negation of it on what is there",
    (operator) => {
      fc.assert(
        fc.property(letters, scalar, (text, value) => {
          expect(matches({ x: [{ "anything-but": { [operator]: text } }] }, { x: value })).toBe(
            !matches({ x: [{ [operator]: text }] }, { x: value }),
          );
        }),
      );
    },
  );

  it("$or holds when one of its alternatives does, and distributes over the other fields", () => {
    fc.assert(
      fc.property(pattern, pattern, anyEvent, scalar, (one, other, event, value) => {
        const either = matches(one, event) || matches(other, event);
        expect(matches({ $or: [one, other] }, event)).toBe(either);
        const tagged = { ...event, tag: value };
        expect(matches({ tag: ["a"], $or: [one, other] }, tagged)).toBe(
          matches({ tag: ["a"], ...one }, tagged) || matches({ tag: ["a"], ...other }, tagged),
        );
      }),
    );
  });

  it("a field's array holds when one of its elements does", () => {
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1 }), anyEvent, (matchers, event) => {
        expect(matches({ a: matchers }, event)).toBe(
          matchers.some((one) => matches({ a: [one] }, event)),
        );
      }),
    );
  });

  it("exists true and exists false are each other's negation", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(matches({ a: [{ exists: true }] }, event)).toBe(
          !matches({ a: [{ exists: false }] }, event),
        );
      }),
    );
  });

  it("every pattern that asks for a part of an event matches the event", () => {
    fc.assert(
      fc.property(fields(scalar), (detail) => {
        const asks = Object.fromEntries(Object.entries(detail).map(([k, v]) => [k, [v]]));
        expect(matches({ detail: asks }, { source: "x", detail })).toBe(true);
      }),
    );
  });

  it("anything is matched or refused, never an accident", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, event) => {
        try {
          expect(typeof matches(any, event)).toBe("boolean");
        } catch (error) {
          expect(error).toMatchObject({ code: "InvalidEventPatternException" });
        }
      }),
    );
  });
});
