import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const css = readFileSync(join(import.meta.dirname, "style.css"), "utf8");

/** The colours of a rule's tokens: of each the light one and the dark one. */
const tokensOf = (selector: string) => {
  const from = css.indexOf(`\n${selector} {`);
  const rule = css.slice(from, css.indexOf("\n}", from));
  return Object.fromEntries(
    [...rule.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(
      ([, name = "", light = "", dark = ""]) => [name, { light, dark }],
    ),
  );
};
const usual = tokensOf(":root");
const presenting = { ...usual, ...tokensOf(':root[data-presenting="yes"]') };

/** Relative luminance, as WCAG 2.2 has it. */
const luminance = (color: string) => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string) => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

const grounds = ["ground", "paper", "raised"];
const tooLow = (tokens: typeof usual, names: string[], least: number) =>
  (["light", "dark"] as const).flatMap((look) =>
    names.flatMap((name) =>
      grounds.flatMap((ground) => {
        const found = contrast(tokens[name]?.[look] ?? "", tokens[ground]?.[look] ?? "");
        return found >= least ? [] : [`${name} on ${ground}, ${look}: ${found.toFixed(2)}`];
      }),
    ),
  );
const signs = ["accent", "call", "event", "undo", "waits", "failed", "done"];

describe("the console's colours", () => {
  it("are read as text: 4.5 to 1 as usual, 7 to 1 for ink while somebody presents", () => {
    expect(tooLow(usual, ["ink", "soft", ...signs], 4.5)).toEqual([]);
    expect(tooLow(presenting, ["ink", "soft"], 7)).toEqual([]);
    expect(tooLow(presenting, signs, 4.5)).toEqual([]);
  });

  it("show where the focus is, and in a hall the lines and wires, too: 3 to 1", () => {
    expect(tooLow(usual, ["focus"], 3)).toEqual([]);
    expect(tooLow(presenting, ["focus", "line", "wire"], 3)).toEqual([]);
  });
});
