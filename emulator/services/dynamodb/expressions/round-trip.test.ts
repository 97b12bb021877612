import fc from "fast-check";
import { expect, it } from "vitest";
import { type ConditionSyntax, readCondition } from "./condition-syntax.ts";
import type { Operand, Step } from "./operands.ts";
import { readProjection } from "./projection-syntax.ts";
import { tokensOf } from "./tokens.ts";
import { type ClauseSyntax, readUpdate, type TermSyntax } from "./update-syntax.ts";

const word = fc.constantFrom("a", "b_1", "order", "Not_a_word", "#n", "#1_");
const step = fc.oneof(
  word,
  fc.nat({ max: 99 }).map((n): Step => ({ place: String(n) })),
);
const path = fc
  .tuple(word, fc.array(step, { maxLength: 3 }))
  .map(([head, steps]) => [head, ...steps]);
const value = fc.constantFrom(":v", ":0", ":a_b");

const { operand, condition } = fc.letrec<{ operand: Operand; condition: ConditionSyntax }>(
  (tie) => {
    const call = fc.record({
      call: fc.constantFrom("size", "contains", "f_1"),
      operands: fc.array(tie("operand"), { minLength: 1, maxLength: 3 }),
    });
    const compared = (operator: fc.Arbitrary<string>, least: number, most: number) =>
      fc.record({
        operator,
        operands: fc.array(tie("operand"), { minLength: least, maxLength: most }),
      });
    const pair = fc.tuple(tie("condition"), tie("condition"));
    return {
      operand: fc.oneof(
        { maxDepth: 3 },
        path.map((path) => ({ path })),
        value.map((value) => ({ value })),
        call,
      ),
      condition: fc.oneof(
        { maxDepth: 4, depthSize: "medium" },
        compared(fc.constantFrom("=", "<>", "<", "<=", ">", ">="), 2, 2),
        compared(fc.constant("between"), 3, 3),
        compared(fc.constant("in"), 2, 4),
        call,
        tie("condition").map((not) => ({ not })),
        pair.map((and) => ({ and })),
        pair.map((or) => ({ or })),
      ),
    };
  },
);

const printedPath = ([head, ...steps]: Step[]) =>
  steps.reduce<string>(
    (text, one) => (typeof one === "string" ? `${text} . ${one}` : `${text}[ ${one.place}]`),
    head as string,
  );

const printed = (one: Operand): string => {
  if ("path" in one) return printedPath(one.path);
  if ("value" in one) return one.value;
  return `${one.call} (${one.operands.map(printed).join(" ,")})`;
};

/** What binds less than what is around it stands in parentheses; chains lean to the left. */
const written = (one: ConditionSyntax, around = 0): string => {
  const group = (text: string, binds: number) => (binds < around ? `(${text})` : text);
  if ("or" in one) return group(`${written(one.or[0], 1)} Or ${written(one.or[1], 2)}`, 1);
  if ("and" in one) return group(`${written(one.and[0], 2)} AND ${written(one.and[1], 3)}`, 2);
  if ("not" in one) return `not ${written(one.not, 3)}`;
  if ("call" in one) return printed(one);
  const [left, ...others] = one.operands.map(printed) as [string, ...string[]];
  if (one.operator === "between") return `${left} BETWEEN ${others.join(" and ")}`;
  if (one.operator === "in") return `${left} in (${others.join(",")})`;
  return `${left}${one.operator}${others[0]}`;
};

const read = <T>(reader: (tokens: ReturnType<typeof tokensOf>) => T, text: string) =>
  reader(tokensOf("Expression", text));

it("reads every condition as it was meant", () => {
  fc.assert(
    fc.property(condition, (meant) => {
      const found = read(readCondition, written(meant));
      expect(found).toEqual({ condition: meant, redundant: false });
    }),
  );
});

const sum = fc
  .tuple(operand, operand, fc.constantFrom<"+" | "-">("+", "-"))
  .map(([left, right, sign]): TermSyntax => ({ sum: [left, right], sign }));
const term = fc.oneof<fc.Arbitrary<TermSyntax>[]>(operand, sum);

const clauses = fc.oneof<fc.Arbitrary<ClauseSyntax[]>[]>(
  fc.array(fc.record({ section: fc.constant("SET" as const), path, term }), { minLength: 1 }),
  fc.array(fc.record({ section: fc.constant("REMOVE" as const), path }), { minLength: 1 }),
  fc.array(fc.record({ section: fc.constant("ADD" as const), path, value }), { minLength: 1 }),
  fc.array(fc.record({ section: fc.constant("DELETE" as const), path, value }), { minLength: 1 }),
);

const printedTerm = (one: TermSyntax): string =>
  "sum" in one ? `${printed(one.sum[0])} ${one.sign}(${printed(one.sum[1])})` : printed(one);

const printedClause = (clause: ClauseSyntax): string => {
  const at = printedPath(clause.path);
  if (clause.section === "SET") return `${at} = ${printedTerm(clause.term)}`;
  return clause.section === "REMOVE" ? at : `${at} ${clause.value}`;
};

it("reads every update as it was meant", () => {
  fc.assert(
    fc.property(fc.array(clauses, { minLength: 1, maxLength: 3 }), (sections) => {
      const text = sections
        .map((one) => `${one[0]?.section} ${one.map(printedClause).join(", ")}`)
        .join(" ");
      expect(read(readUpdate, text)).toEqual({ sections, redundant: false });
    }),
  );
});

it("reads every projection as it was meant", () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1 }), (paths) => {
      expect(read(readProjection, paths.map(printedPath).join(","))).toEqual(paths);
    }),
  );
});
