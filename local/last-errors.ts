import { errorLineOf } from "./error-line.ts";
import type { Shop } from "./shop.ts";

/** Hears what functions log of their errors. Answers how to read the last one of each: "ProjectOrders: Lost on the way". */
export const hearErrors = ({ cloud }: Shop): (() => string[]) => {
  const last = new Map<string, string>();
  cloud.observe((fact) => {
    const error = fact.kind === "log" && errorLineOf(String(fact.line))?.error.split("\n")[0];
    if (error) last.set(String(fact.function), error);
  });
  const short = (name: string) => name.replace(/^petstore-local-|Function$/g, "");
  return () => [...last].map(([name, error]) => `${short(name)}: ${error}`);
};
