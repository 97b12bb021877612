import { invalid } from "../errors.ts";
import type { Limits, Member, Members } from "./members.ts";
import { within } from "./quick.ts";
import { shown } from "./shown.ts";

/** AWS speaks of no more than so many mistakes at once. */
const most = 10;

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

const words: [keyof Limits, (limit: never) => string][] = [
  ["choices", (all: string[]) => `Member must satisfy enum value set: [${all.join(", ")}]`],
  ["pattern", (it: string) => `Member must satisfy regular expression pattern: ${it}`],
  ["least", (it: number) => `Member must have value greater than or equal to ${it}`],
  ["most", (it: number) => `Member must have value less than or equal to ${it}`],
  ["shortest", (it: number) => `Member must have length greater than or equal to ${it}`],
  ["longest", (it: number) => `Member must have length less than or equal to ${it}`],
];

/** Where a member is: as AWS names places, and as the request does. */
type Place = { named: string; told: string };

const inside = ({ named, told }: Place, name: string): Place => ({
  named: named ? `${named}.${lowerFirst(name)}` : lowerFirst(name),
  told: told ? `${told}.${name}` : name,
});

const oneOf = ({ named, told }: Place, key: string | number): Place => ({
  named: `${named}.${key}.member`,
  told: `${told}.${key}.member`,
});

/** Of the keys and values of a map AWS names all that it demands, the longest length first. */
const ofAll = (limits: Limits) => {
  const { longest, shortest, ...others } = limits;
  const demanded: Limits[] = [];
  if (longest !== undefined) demanded.push({ longest });
  if (shortest !== undefined) demanded.push({ shortest });
  demanded.push(others);
  return demanded.flatMap((one) => failuresOf(one, () => true)).join(", ");
};

const failuresOf = (limits: Limits, failed: (one: Limits) => boolean): string[] =>
  words.flatMap(([name, say]) => {
    const limit = limits[name];
    return limit !== undefined && failed({ [name]: limit }) ? [say(limit as never)] : [];
  });

const checks = new WeakMap<Member, (value: unknown) => boolean>();

const isWithin = (value: unknown, member: Member) => {
  const known = checks.get(member) ?? within(member);
  checks.set(member, known);
  return known(value);
};

/** What AWS demands of the value and does not get. */
const mistakesIn = (value: unknown, member: Member): string[] => {
  if (value === undefined || value === null)
    return member.notNull ? ["Member must not be null"] : [];
  if (isWithin(value, member)) return [];
  const mistakes = failuresOf(member, (one) => !within(one)(value));
  const { keys, each } = member;
  if (keys && !within({ keys })(value))
    mistakes.push(`Map keys must satisfy constraint: [${ofAll(keys)}]`);
  if (each && !within({ each })(value))
    mistakes.push(`Map value must satisfy constraint: [${ofAll(each)}]`);
  return mistakes;
};

/** Refuses a request, its members in their types, that is not within AWS's limits: a ValidationException. */
export const checkConstraints = (request: Record<string, unknown>, members: Members) => {
  const found: string[] = [];
  const visit = (value: unknown, member: Member, place: Place) => {
    if (found.length >= most) return;
    for (const mistake of mistakesIn(value, member)) {
      const quoted = value === undefined || value === null ? "null" : `'${shown(value, member)}'`;
      found.push(
        member.unshown
          ? `Value at '${place.told}' failed to satisfy constraint: ${mistake}`
          : `Value ${quoted} at '${place.named}' failed to satisfy constraint: ${mistake}`,
      );
    }
    if (value === undefined || value === null) return;
    if (member.type === "Structure")
      visitAll(value as Record<string, unknown>, member.members, place);
    if (member.type === "List")
      // Of what is far too long no more is looked at than might be there.
      for (const [i, one] of (value as unknown[]).slice(0, member.longest).entries())
        visit(one, member.of, oneOf(place, i + 1));
    // AWS demands nothing of attribute values here, of which there may be many.
    if (member.type === "Map" && member.of.type !== "AttributeValue")
      for (const [key, one] of Object.entries(value)) visit(one, member.of, oneOf(place, key));
  };
  const visitAll = (given: Record<string, unknown>, all: Members, place: Place) => {
    for (const [name, member] of Object.entries(all))
      visit(given[name], member, inside(place, name));
  };

  for (const [name, { first }] of Object.entries(members))
    if (first && request[name] === undefined)
      throw invalid(`The parameter '${name}' is required but was not present in the request`);
  visitAll(request, members, { named: "", told: "" });
  const some = found.slice(0, most);
  if (some.length > 0)
    throw invalid(
      `${some.length} validation error${some.length > 1 ? "s" : ""} detected: ${some.join("; ")}`,
    );
};
