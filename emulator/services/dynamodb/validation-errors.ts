import { AwsError } from "../../kernel/engine.ts";
import type { Member, Members } from "./requests.ts";

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const attributeValue: Members = {
  L: { type: "List", children: "AttrStruct<ValueStruct>" },
  M: { type: "Map<AttributeValue>", children: "AttrStruct<ValueStruct>" },
};

/** A value as AWS's messages show it: as Java prints it. */
const asJava = (value: unknown, member: Member = "String"): string => {
  const { type, children } =
    typeof member === "string" ? { type: member, children: undefined } : member;
  if (Array.isArray(value))
    return `[${value.map((inner) => asJava(inner, children as Member)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const isAttribute = type.startsWith("AttrStruct");
  const [, name] = /Struct<(\w+)>/.exec(isAttribute ? "Struct<AttributeValue>" : type) ?? [];
  const members = (isAttribute ? attributeValue : children) as Members;
  const shown = Object.entries(value).map(([key, inner]) =>
    name
      ? `${lowerFirst(key)}=${asJava(inner, members[key])}`
      : `${key}=${asJava(inner, children as Member)}`,
  );
  return name ? `${name}(${shown.join(", ")})` : `{${shown.join(", ")}}`;
};

/** The same value as dynalite's messages show it. */
const asDynalite = (value: object) =>
  Array.isArray(value)
    ? `[${value.map((inner) => JSON.stringify(inner)).join(", ")}]`
    : JSON.stringify(value);

/** An error that dynalite threw about a request, as AWS words it; anything else as it is. */
export const asAwsError = (
  operation: string,
  error: unknown,
  request: Record<string, unknown>,
  types: Members,
) => {
  const { body, statusCode } = error as {
    body?: { __type: string; message?: string; Message?: string };
    statusCode?: number;
  };
  if (!body) return error;
  const code = body.__type.split("#")[1] as string;
  let message = body.message ?? body.Message ?? "";
  // AWS writes these two differently from all others.
  message =
    operation === "Query"
      ? message.replace(/Value '-?\d+' at 'limit'/, "Value at 'Limit'")
      : message.replace(
          /Value '.*' at 'requestItems\.(.+)\.member\.keys'/s,
          "Value at 'RequestItems.$1.member.Keys'",
        );
  for (const [name, member] of Object.entries(types)) {
    const value = request[name];
    if (typeof value !== "object" || value === null) continue;
    const at = `' at '${lowerFirst(name)}'`;
    message = message.replaceAll(
      `Value '${asDynalite(value)}${at}`,
      () => `Value '${asJava(value, member)}${at}`,
    );
  }
  return new AwsError(code, message, statusCode);
};
