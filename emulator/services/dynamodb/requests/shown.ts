import type { AttributeValue } from "../items.ts";
import type { Member } from "./members.ts";

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const structured = (name: string, members: string[]) => `${name}(${members.join(", ")})`;

const shownAttribute = (value: AttributeValue): string =>
  structured(
    "AttributeValue",
    Object.entries(value).map(([type, inner]) => {
      const shown =
        type === "L"
          ? `[${(inner as AttributeValue[]).map(shownAttribute).join(", ")}]`
          : type === "M"
            ? shownMap(inner as Record<string, AttributeValue>, shownAttribute)
            : Array.isArray(inner)
              ? `[${inner.join(", ")}]`
              : String(inner);
      return `${lowerFirst(type)}=${shown}`;
    }),
  );

const shownMap = <T>(map: Record<string, T>, show: (value: T) => string) =>
  `{${Object.entries(map)
    .map(([key, inner]) => `${key}=${show(inner)}`)
    .join(", ")}}`;

/** A value as AWS's messages show it: as Java prints it. */
export const shown = (value: unknown, member: Member): string => {
  if (value === undefined || value === null) return "null";
  switch (member.type) {
    case "List":
      return `[${(value as unknown[]).map((inner) => shown(inner, member.of)).join(", ")}]`;
    case "Map":
      return shownMap(value as Record<string, unknown>, (inner) => shown(inner, member.of));
    case "Structure":
      return structured(
        member.name,
        Object.entries(value).map(
          ([name, inner]) => `${lowerFirst(name)}=${shown(inner, member.members[name] as Member)}`,
        ),
      );
    case "AttributeValue":
      return shownAttribute(value as AttributeValue);
    default:
      return String(value);
  }
};
