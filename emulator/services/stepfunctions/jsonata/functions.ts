import { createHash } from "node:crypto";
import jsonata from "jsonata";
import type { Clock } from "../../../kernel/clock.ts";
import { uuid } from "../../../kernel/uuid.ts";
import type { Json } from "../execution.ts";
import { AFTER, BEFORE } from "./costs.ts";
import { type Focus, meterOf } from "./hooks.ts";
import { LIMITS, type Meter, overMemory } from "./limits.ts";
import { refuse } from "./refuse.ts";
import { regExpOf } from "./regexp.ts";

type Implementation = (this: Focus, ...args: never[]) => unknown;
/** A function as jsonata holds it; own ones give their signature as text. */
type Defined = { implementation: Implementation; signature?: unknown };

/** A list as a JSONata sequence: of one value, it is that value, and of none, nothing. */
const sequence = (values: Json[]) => Object.defineProperty(values, "sequence", { value: true });

const HASHES: Record<string, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

const partition = (values: Json[], size: number) => {
  const length = Math.trunc(size);
  if (!(length > 0)) throw refuse("D3141", "The chunk size of $partition must be positive");
  const chunks = [];
  for (let i = 0; i < values.length; i += length) chunks.push(values.slice(i, i + length));
  return chunks;
};

/** AWS cuts off the fractions, towards zero. */
const range = (...given: [first: number, last: number, step: number]) => {
  const [first, last, step] = given.map(Math.trunc) as typeof given;
  if (step === 0) throw refuse("D3142", "The step of $range must not be zero");
  const count = Math.floor((last - first) / step) + 1;
  if (count > LIMITS.range) throw overMemory();
  return sequence(Array.from({ length: Math.max(0, count) }, (_, i) => first + i * step));
};

const hash = (text: string, algorithm = "SHA-256") => {
  const name = HASHES[algorithm];
  if (!name) throw refuse("D3144", `$hash does not know the algorithm ${algorithm}`);
  return createHash(name).update(text).digest("hex");
};

/** The first number in [0, 1) that java.util.Random draws from a seed, which is what AWS answers. */
const drawn = (seed: number) => {
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & mask;
  const bits = (count: bigint) => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - count);
  };
  const high = bits(26n) << 27n;
  return Number(high + bits(27n)) / 2 ** 53;
};

/** jsonata's own functions. */
const NATIVE = [
  ...["sum", "count", "max", "min", "average", "string", "substring", "substringBefore"],
  ...["substringAfter", "lowercase", "uppercase", "length", "trim", "pad", "match", "contains"],
  ...["replace", "split", "join", "formatNumber", "formatBase", "formatInteger", "parseInteger"],
  ...["number", "floor", "ceil", "round", "abs", "sqrt", "power", "boolean", "not", "map", "zip"],
  ...["filter", "single", "reduce", "sift", "keys", "lookup", "append", "exists", "spread"],
  ...["merge", "reverse", "each", "error", "assert", "type", "sort", "distinct"],
  ...["base64encode", "base64decode", "encodeUrlComponent", "encodeUrl", "decodeUrlComponent"],
  ...["decodeUrl", "toMillis", "fromMillis", "clone"],
];

/** Those that look at nothing in their arguments and make nothing. */
const CHEAP = ["count", "exists", "lookup", "type"];

/** A function that pays for what it does. */
const paid = (name: string, { implementation, ...rest }: Defined): Defined => {
  const cheap = CHEAP.includes(name);
  const wrapped = function (this: Focus, ...args: never[]) {
    const meter = meterOf(this);
    meter.spend(1);
    if (!cheap) for (const arg of args) meter.look(arg);
    BEFORE[name]?.(meter, args);
    const answer = (result: unknown) => {
      AFTER[name]?.(result);
      if (!cheap) meter.make(result);
      return result;
    };
    const result = implementation.apply(this, args);
    return result instanceof Promise ? result.then(answer) : answer(result);
  };
  // jsonata reads off a function how many arguments it takes, and what they are called.
  Object.defineProperty(wrapped, "length", { value: implementation.length });
  const named = Object.assign(wrapped, { toString: () => implementation.toString() });
  return { ...rest, implementation: named };
};

/** jsonata makes regular expressions of its own of a date's picture, and those too are to be matched in linear time. */
const withLinearRegExp = <T>(meter: Meter, work: () => T): T => {
  const usual = globalThis.RegExp;
  globalThis.RegExp = regExpOf(meter) as unknown as RegExpConstructor;
  try {
    return work();
  } finally {
    globalThis.RegExp = usual;
  }
};

const native = async (name: string): Promise<Defined> => jsonata(`$${name}`).evaluate(undefined);
const natives = Promise.all(NATIVE.map(async (name) => [name, await native(name)] as const));

/** The functions that Step Functions adds to JSONata or has otherwise: time and chance are the clock's. */
const ownFunctions = (clock: Clock, known: Map<string, Defined>) => {
  const original = (name: string) => (known.get(name) as Defined).implementation;
  const functions: [name: string, implementation: Implementation, signature: string][] = [
    ["partition", partition, "<an:a>"],
    ["range", range, "<nnn:a>"],
    ["hash", hash, "<ss?:s>"],
    ["uuid", () => uuid(clock, "jsonata uuid"), "<:s>"],
    ["parse", (text: string) => JSON.parse(text), "<s:x>"],
    [
      "random",
      (seed?: number) => (seed === undefined ? clock.random("jsonata random") : drawn(seed)),
      "<n?:n>",
    ],
    ["millis", () => clock.now(), "<:n>"],
    [
      "now",
      function (this: Focus, picture?: string, zone?: string) {
        const given = [clock.now(), picture, zone] as never[];
        return original("fromMillis").apply(this, given);
      },
      "<s?s?:s>",
    ],
    [
      "toMillis",
      function (this: Focus, text?: string, picture?: string) {
        // The clock's time completes a partial date.
        const environment = { ...this.environment, timestamp: new Date(clock.now()) };
        const given = [text, picture] as never[];
        return withLinearRegExp(meterOf(this), () =>
          original("toMillis").apply({ ...this, environment }, given),
        );
      },
      "<s-s?:n>",
    ],
    [
      "shuffle",
      (values: Json[]) => {
        const shuffled = [...values];
        for (let i = shuffled.length - 1; i > 0; i -= 1) {
          const j = Math.floor(clock.random("jsonata shuffle") * (i + 1));
          [shuffled[i], shuffled[j]] = [shuffled[j] as Json, shuffled[i] as Json];
        }
        return shuffled;
      },
      "<a:a>",
    ],
  ];
  return functions;
};

/** All functions that an expression can call; each pays for what it does. `$eval` is none: AWS does not have it. */
export const createFunctions = async (clock: Clock) => {
  const known = new Map(await natives);
  const own = ownFunctions(clock, known).map(
    ([name, implementation, signature]) =>
      [name, paid(name, { implementation }).implementation, signature] as const,
  );
  const taken = new Set(own.map(([name]) => name));
  const bound: (readonly [string, Defined | undefined])[] = [...known]
    .filter(([name]) => !taken.has(name))
    .map(([name, defined]) => [name, paid(name, defined)] as const);
  return (expression: jsonata.Expression) => {
    for (const [name, defined] of bound) expression.assign(name, defined);
    for (const [name, implementation, signature] of own)
      expression.registerFunction(name, implementation as () => unknown, signature);
    expression.assign("eval", undefined);
  };
};
