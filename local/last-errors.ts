import type { Shop } from "./shop.ts";

const errorIn = (line: string): string | undefined => {
  try {
    const { level, error, detail } = JSON.parse(line);
    if (level !== "ERROR") return undefined;
    return [error, detail].filter(Boolean).join(": ").split("\n")[0];
  } catch {
    return undefined; // no line of ours
  }
};

/** Hears what functions log of their errors. Answers how to read the last one of each: "ProjectOrders: Lost on the way". */
export const hearErrors = ({ cloud }: Shop): (() => string[]) => {
  const last = new Map<string, string>();
  cloud.observe((fact) => {
    const error = fact.kind === "log" && errorIn(String(fact.line));
    if (error) last.set(String(fact.function), error);
  });
  const short = (name: string) => name.replace(/^petstore-local-|Function$/g, "");
  return () => [...last].map(([name, error]) => `${short(name)}: ${error}`);
};
