import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import { isPlain } from "./plain.ts";

const plain = (text: string) => isPlain(jsonata(text).ast());

describe("an expression", () => {
  it.each([
    "$states.input",
    "$states.result.Payload.lines.price",
    "$states.input.`a b`[]",
    "$held = 'nothing' and $states.input.n > 3",
    "{ 'a': $states.input.a, 'b': [1, $x, -$y] }",
    "$states.input.a ? 'x' & $states.input.b : null",
    "($x)",
  ])("that only looks is plain: %s", (text) => {
    expect(plain(text)).toBe(true);
  });

  it.each([
    "$sum($states.input)",
    "$states.input.lines[price > 1]",
    "$states.input.lines[0]",
    "$states.input.lines.{ 'sku': sku }",
    "$states.input.lines.($x)",
    "$states.input.$states.input.z",
    "a.$x",
    "$states.input.lines{ sku: price }",
    "$states.input.lines^(price)",
    "$states.input.lines#$i",
    "$states.input.lines@$l",
    "$states.input.a.%.b",
    "$states.**",
    "$states.*",
    "[1..3]",
    "/a/",
    "function($x) { $x }",
    "($x := 1; $x)",
    "$x ~> $y",
    "$states.input ~> |$|{ 'a': 1 }|",
    "$f(?)",
    Array(201).fill("1").join("+"),
    `${"[".repeat(60)}1${"]".repeat(60)}`,
  ])("that could do more is not: %s", (text) => {
    expect(plain(text)).toBe(false);
  });
});
