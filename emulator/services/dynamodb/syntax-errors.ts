import conditionParser from "dynalite/db/conditionParser.js";
import projectionParser from "dynalite/db/projectionParser.js";
import updateParser from "dynalite/db/updateParser.js";

type Parser = typeof conditionParser;
type Located = { location?: { start: { offset: number } } };

const offsetOf = ({ parse }: Parser, text: string): number | undefined => {
  try {
    parse(text, { context: { isReserved: () => false, compare: () => false } });
    return undefined;
  } catch (error) {
    return (error as Located).location?.start.offset;
  }
};

const token = /[#:]?\w+|<>|<=|>=|\S/g;

/** What AWS says of an expression that does not parse: the token in the way, and its neighbours. */
const described = (text: string, offset: number): string => {
  const tokens = [...text.matchAll(token)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found = tokens.findIndex(({ end }) => end > offset);
  const at = found === -1 ? tokens.length : found;
  const [from, to] = [tokens[Math.max(0, at - 1)], tokens[Math.min(tokens.length - 1, at + 1)]];
  const near = from && to ? text.slice(from.start, to.end) : "";
  return `token: "${tokens[at]?.text ?? "<EOF>"}", near: "${near}"`;
};

/** dynalite's message of a mistake, with AWS's words where it is one of syntax. */
export const withAwsWords = (mistake: string, expressions: Record<string, unknown>): string => {
  const [, name = ""] = /^Invalid (\w+): Syntax error; Expected/.exec(mistake) ?? [];
  const text = expressions[name];
  if (typeof text !== "string") return mistake;
  const parser =
    name === "UpdateExpression"
      ? updateParser
      : name === "ProjectionExpression"
        ? projectionParser
        : conditionParser;
  const offset = offsetOf(parser, text);
  return offset === undefined
    ? mistake
    : `Invalid ${name}: Syntax error; ${described(text, offset)}`;
};
