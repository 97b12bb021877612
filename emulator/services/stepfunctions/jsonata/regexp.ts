import { RE2JS } from "re2js";
import { type Meter, overSteps } from "./limits.ts";

const compiled = new Map<string, RE2JS>();

/**
 * A regular expression that is matched in linear time. Throws where it needs what such an engine cannot do: to look
 * ahead, to look behind, or to refer to what was matched before.
 */
export const linear = (source: string, flags: string): RE2JS => {
  const key = `${flags}/${source}`;
  const known = compiled.get(key);
  if (known) return known;
  const mode =
    (flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes("m") ? RE2JS.MULTILINE : 0);
  const made = RE2JS.compile(RE2JS.translateRegExp(source), mode);
  compiled.set(key, made);
  return made;
};

/** A class in the place of RegExp, as far as JSONata uses it, whose matches are paid for by the text that they read. */
export const regExpOf = (meter: Meter) =>
  class {
    lastIndex = 0;
    readonly #pattern: RE2JS;
    constructor(given: RegExp | string, flags = "") {
      this.#pattern =
        typeof given === "string" ? linear(given, flags) : linear(given.source, given.flags);
    }
    exec(text: string) {
      const from = this.lastIndex;
      const cost = (characters: number) => (characters * (4 + this.#pattern.programSize())) / 64;
      if (cost(text.length - from) > meter.left()) throw overSteps();
      const matcher = this.#pattern.matcher(text);
      const found = from <= text.length && matcher.find(from);
      this.lastIndex = found ? matcher.end() : 0;
      meter.spend(1 + cost((found ? matcher.end() : text.length) - from));
      if (!found) return null;
      const groups = Array.from(
        { length: this.#pattern.groupCount() + 1 },
        (_, i) => matcher.group(i) ?? undefined,
      );
      return Object.assign(groups, { index: matcher.start() });
    }
  };
