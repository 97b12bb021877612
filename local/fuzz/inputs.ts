import fc from "fast-check";

export type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

const nested = (depth: number): Json => (depth === 0 ? [] : [nested(depth - 1)]);

/** Values that nobody expects: of another type, too large, too deep, not quite text, names of what every object has. */
const wrong: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    ...[-1, 0, 1.5, 1e21, 1e308, Number.MAX_SAFE_INTEGER, "", "1", " ", null, true, [], {}],
    ...["__proto__", "constructor", "toString", "\u0000", "💥", "\ud800", "ﷺ".repeat(90), "é"],
    ...["x".repeat(70_000), nested(90), Array(200).fill({}), { __proto__x: 1 }, { toString: 1 }],
    ...["2026-02-30T00:00:00Z", "ord_01J00000000000000000000000", "{% $states %}", "../..", "$&"],
  ),
);

/** Every place in a value: the ways to it. */
const placesIn = (value: Json): string[][] => [
  [],
  ...(typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((way) => [key, ...way]))
    : []),
];

const changed = (value: Json, [key, ...way]: string[], to: Json | undefined): Json | undefined => {
  if (key === undefined) return to;
  const entries: [string, Json][] =
    typeof value === "object" && value !== null ? Object.entries(value) : [];
  const inner = changed(entries.find(([name]) => name === key)?.[1] ?? null, way, to);
  const others = entries.filter(([name]) => name !== key);
  const all = inner === undefined ? others : [...others, [key, inner] as const];
  return Array.isArray(value) ? all.map(([, one]) => one) : Object.fromEntries(all);
};

const oneOf = (samples: readonly Json[]) => fc.constantFrom(...samples);

/** Samples of which up to three places were changed, taken away or added to. */
const mutated = (samples: readonly Json[]): fc.Arbitrary<Json> =>
  fc
    .tuple(
      oneOf(samples),
      fc.array(
        fc.tuple(fc.nat(), fc.option(wrong, { nil: undefined }), fc.string({ maxLength: 5 })),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([sample, changes]) =>
      changes.reduce<Json>((value, [at, to, name]) => {
        const places = placesIn(value);
        const place = places[at % places.length] ?? [];
        return changed(value, at % 5 === 0 ? [...place, name] : place, to) ?? null;
      }, sample),
    );

/** Text in which a piece was cut out or replaced, a property comes twice, or one is named `__proto__`. */
const torn = (samples: readonly Json[]): fc.Arbitrary<string> =>
  fc
    .tuple(oneOf(samples), fc.nat(), fc.nat(20), fc.string({ maxLength: 3, unit: "binary" }))
    .map(([sample, at, length, text]) => {
      const whole = JSON.stringify(sample);
      const from = at % whole.length;
      const spoilt = [
        whole.slice(0, from) + text + whole.slice(from + length),
        whole.replace("{", '{"__proto__":{"type":"x","orderId":"y"},'),
        whole.replace(/^\{("[^"]+":)/, "{$1null,$1"),
      ];
      return spoilt[at % 3] as string;
    });

/** What is sent where a value is expected: good samples, and what became of them. */
export const valuesLike = (samples: readonly Json[]): fc.Arbitrary<Json> =>
  fc.oneof(
    { arbitrary: oneOf(samples), weight: 1 },
    { arbitrary: mutated(samples), weight: 5 },
    { arbitrary: wrong, weight: 1 },
  );

/** What is sent where text is expected that should be JSON. */
export const textsLike = (samples: readonly Json[]): fc.Arbitrary<string> =>
  fc.oneof(
    { arbitrary: valuesLike(samples).map((value) => JSON.stringify(value)), weight: 6 },
    { arbitrary: torn(samples), weight: 3 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 50 }), weight: 1 },
  );

/** So many inputs; the same seed gives the same ones. */
export const take = <Value>(arbitrary: fc.Arbitrary<Value>, count: number, seed: number): Value[] =>
  fc.sample(arbitrary, { numRuns: count, seed });
