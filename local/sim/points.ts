import type { Call } from "emulator/kernel/engine";

/** What passes a gate, in words: who asks for what, about which order, and for the how-manieth time. */
export type Passage = {
  who: string;
  service: string;
  operation: string;
  /** The function, table, queue or bus that is asked; "" where that says nothing. */
  target: string;
  subject: string;
  /** The stable name of all this. */
  point: string;
};

const short = (name: string): string =>
  name
    .replace(/^.*[:/]/, "")
    .replace(/^petstore-local-/, "")
    .replace(/(?<=.)(Function|(Queue)+|(Table)+|Schedule)$/, "");

const whoOf = ({ name }: Call["caller"]): string => {
  if (name.startsWith("mapping:")) return "mapping";
  const [kind, rest] = name.split(" ", 2);
  if (rest === "URL") return "url";
  if (kind === "rule" || kind === "schedule") return `${kind}:${short(rest ?? "")}`;
  return short(name);
};

const targetOf = ({ operation, input }: Call): string => {
  const { FunctionName, QueueUrl, TableName, RequestItems, TransactItems } = input ?? {};
  const table =
    TableName ??
    (RequestItems && Object.keys(RequestItems)[0]) ??
    (TransactItems && (Object.values(TransactItems[0])[0] as { TableName: string })?.TableName);
  if (operation === "PutEvents") {
    const types = new Set<string>(
      input.Entries.map((entry: { DetailType: string }) => entry.DetailType),
    );
    return types.size === 1 ? String([...types][0]).replaceAll(" ", "") : "several";
  }
  return short(String(FunctionName ?? QueueUrl ?? table ?? ""));
};

const idIn = /(?:ord|pay)_([0-9A-HJKMNP-TV-Z]{26})/g;

/** All text of what is asked: what a function is given is in base64. */
const textOf = ({ input }: Call): string => {
  const payload = input?.Payload;
  return typeof payload === "string"
    ? Buffer.from(payload, "base64").toString()
    : JSON.stringify(input ?? "");
};

/**
 * Names what passes, in words that stay the same when other faults go: orders by their names in the plan, and each
 * passing by its number among those that are alike. `names` gives an order's name by the part of its id that its payment shares.
 */
export const pointsOf = (names: ReadonlyMap<string, string>): ((call: Call) => Passage) => {
  const passed = new Map<string, number>();
  const subjectOf = (call: Call): string => {
    const found = new Set<string>();
    for (const [, id = ""] of textOf(call).matchAll(idIn)) {
      const name = names.get(id);
      if (name) found.add(name);
    }
    return [...found].sort().join("+") || "-";
  };
  return (call) => {
    const { service, operation } = call;
    const [who, target, subject] = [whoOf(call.caller), targetOf(call), subjectOf(call)];
    const kind = `${who} ${service}.${operation}${target && `:${target}`} ${subject}`;
    const count = (passed.get(kind) ?? 0) + 1;
    passed.set(kind, count);
    return { who, service, operation, target, subject, point: `${kind} #${count}` };
  };
};
