import type { Fact } from "emulator/kernel/cloud";
import { errorLineOf } from "./error-line.ts";

/** What went wrong in a function, by what it logged or how its invocation ended. */
type FunctionError = {
  function: string;
  /** The same for the same error, whatever it happened to. */
  message: string;
  line: string;
};

const longest = 200;

/** The first line of a text, and of that no more than fits a terminal. */
const brief = (text: string) => {
  const [line = ""] = text.split("\n", 1);
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

/** Errors of code that does not do, or was ended. All others are thrown on purpose: sagas answer that way. */
const unintended =
  /^((Runtime|Sandbox|Function)\..*|(Type|Reference|Syntax|Range|Eval|URI|Aggregate)?Error)$/;

/** The error of a function that a fact tells of, if it does: a log line of level ERROR, or an error that nobody caught. */
const functionErrorIn = (fact: Fact): FunctionError | undefined => {
  const name = String(fact.function);
  if (fact.kind === "log") {
    if (fact.thrown) return undefined; // how the invocation ended tells of it
    const found = errorLineOf(String(fact.line));
    if (!found) return undefined;
    const text = [found.message, found.error].filter(Boolean).join(": ");
    return {
      function: name,
      message: found.message,
      line: `${name} logged an error: ${brief(text)} (npm start -- --logs shows all)`,
    };
  }
  if (fact.kind !== "invocation-ended" || !fact.error) return undefined;
  const { errorType, errorMessage } = fact.error as { errorType: string; errorMessage: string };
  if (!unintended.test(errorType)) return undefined;
  // Which request it was is of no help, and never the same.
  const message = `${errorType}: ${errorMessage.replace(/^RequestId: \S+ (Error: )?/, "")}`;
  return {
    function: name,
    message,
    line: `${name} failed: ${brief(message)} (npm start -- --logs shows what it logged)`,
  };
};

/** So many different errors of one function are told. */
const mostOfOne = 10;
/** So many functions are told apart. */
const mostFunctions = 1_000;

/** Tells each error of a function once, and of one that has ever new ones only the first. */
export const createErrorTeller = (): ((fact: Fact) => string | undefined) => {
  const told = new Map<string, Set<string>>();
  return (fact) => {
    const found = functionErrorIn(fact);
    if (!found) return undefined;
    if (told.size >= mostFunctions) told.clear();
    const before = told.get(found.function) ?? new Set();
    told.set(found.function, before);
    const key = brief(found.message);
    if (before.has(key) || before.size >= mostOfOne) return undefined;
    before.add(key);
    return found.line;
  };
};
