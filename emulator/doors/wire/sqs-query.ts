import { AwsError } from "../../kernel/engine.ts";
import { readMembers } from "./json-types.ts";
import { xmlText } from "./xml.ts";

/** What a form's dotted names (`Entry.1.Id`) and their values say, as a tree. */
type Tree = { [name: string]: Tree | string };

/** More than any member of a request has: the deepest, a value of an attribute of a batch's message, has six. */
const mostParts = 16;

const treeOf = (form: URLSearchParams): Tree => {
  const tree: Tree = Object.create(null);
  for (const [path, value] of form) {
    const parts = path.split(".", mostParts + 1);
    if (parts.length > mostParts)
      throw new AwsError("MalformedInput", "A parameter's name nests too deep.");
    const last = parts.pop() as string;
    let at = tree;
    for (const part of parts) {
      const next = at[part];
      const below: Tree = typeof next === "object" ? next : Object.create(null);
      at[part] = below;
      at = below;
    }
    at[last] = value;
  }
  return tree;
};

const numbers = new Set([
  "DelaySeconds",
  "MaxNumberOfMessages",
  "MaxNumberOfMessagesPerSecond",
  "MaxResults",
  "VisibilityTimeout",
  "WaitTimeSeconds",
]);

/** Lists and maps by the name that one of their entries has in the query protocol. */
const lists = new Map([
  ["AttributeName", "AttributeNames"],
  ["MessageAttributeName", "MessageAttributeNames"],
  ["MessageSystemAttributeName", "MessageSystemAttributeNames"],
  ["TagKey", "TagKeys"],
]);
const maps = new Map([
  ["Attribute", "Attributes"],
  ["MessageAttribute", "MessageAttributes"],
  ["MessageSystemAttribute", "MessageSystemAttributes"],
  ["Tag", "Tags"],
]);
const plain = new Set(["Action", "Version"]);
/** What a presigned request has in its query beside its members. */
const ofSignature = /^X-Amz-/;

const numberOf = (name: string, text: string) => {
  if (!/^-?\d+$/.test(text))
    throw new AwsError(
      "InvalidParameterValue",
      `Value ${text} for parameter ${name} is invalid. Reason: Must be an integer.`,
    );
  return Number(text);
};

const inOrder = (tree: Tree) =>
  Object.entries(tree)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => value);

/** A tree as engines are given objects. */
const objectOf = (tree: Tree | string): unknown =>
  typeof tree === "string"
    ? tree
    : Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, objectOf(value)]));

const entryOf = (entry: Tree | string): [name: string, value: unknown] => {
  const { Name, Key, Value = "" } = typeof entry === "string" ? ({} as Tree) : entry;
  const name = Name ?? Key;
  if (typeof name !== "string")
    throw new AwsError("MalformedInput", "An entry of a map has no name.");
  return [name, objectOf(Value)];
};

const membersOf = (tree: Tree): Record<string, unknown> => {
  const members = new Map<string, unknown>();
  for (const [name, value] of Object.entries(tree)) {
    if (plain.has(name) || ofSignature.test(name)) continue;
    const [list, map] = [lists.get(name), maps.get(name)];
    if (typeof value === "string")
      members.set(name, numbers.has(name) ? numberOf(name, value) : value);
    else if (list) members.set(list, inOrder(value).map(objectOf));
    else if (map) members.set(map, Object.fromEntries(inOrder(value).map(entryOf)));
    else if (name.endsWith("BatchRequestEntry"))
      members.set(
        "Entries",
        inOrder(value).map((entry) => (typeof entry === "string" ? entry : membersOf(entry))),
      );
  }
  return Object.fromEntries(members);
};

/** The input of an SQS operation, in the shape of AWS JSON, from the form of the older query protocol. */
export const sqsFormInput = (form: URLSearchParams): Record<string, unknown> => {
  const { Tags, ...members } = readMembers(membersOf(treeOf(form)));
  if (Tags === undefined) return members;
  return { ...members, [form.get("Action") === "CreateQueue" ? "tags" : "Tags"]: Tags };
};

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;

/** The name that one entry of a list or map has in XML, by the member that holds them. */
const entryNames = new Map(
  Object.entries({
    Attributes: "Attribute",
    Failed: "BatchResultErrorEntry",
    MessageAttributes: "MessageAttribute",
    Messages: "Message",
    QueueUrls: "QueueUrl",
    queueUrls: "QueueUrl",
    Tags: "Tag",
  }),
);

const contentOf = (value: unknown, operation: string): string => {
  if (typeof value !== "object" || value === null) return xmlText(value);
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => {
      const entry = entryNames.get(name) ?? `${operation}ResultEntry`;
      if (Array.isArray(member))
        return member.map((one) => element(entry, contentOf(one, operation))).join("");
      if (typeof member !== "object" || !entryNames.has(name))
        return element(name, contentOf(member, operation));
      const key = name === "Tags" ? "Key" : "Name";
      return Object.entries(member as object)
        .map(([named, one]) => {
          const pair = element(key, xmlText(named)) + element("Value", contentOf(one, operation));
          return element(entry, pair);
        })
        .join("");
    })
    .join("");
};

/** The answer of an SQS operation as the older query protocol writes it, inside its Response element. */
export const sqsXml = (operation: string, output: unknown): string =>
  output === undefined ? "" : element(`${operation}Result`, contentOf(output, operation));
