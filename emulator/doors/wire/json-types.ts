import { AwsError } from "../../kernel/engine.ts";

/** Members whose type every service that has them agrees on. What is not named here is left to the engines. */
const strings =
  /^(ArchiveName|EmailIdentity|EventBusName|GroupName|Marker|MessageBody|Name|NamePrefix|[nN]extToken|QueueName|QueueNamePrefix|QueueUrl|ReceiptHandle|ReplayName|Rule|ShardIterator|StreamArn|UUID)$|[a-z]Arn$|TaskHandle$|taskToken$/;
const lists =
  /^(AttributeNames|Entries|Ids|MessageAttributeNames|MessageSystemAttributeNames|TagKeys|tagKeys|Targets)$/;
const maps = /^(Content|Destination|FlexibleTimeWindow|Target)$/;

const kindOf = (value: unknown) =>
  Array.isArray(value) ? "list" : typeof value === "object" ? "map" : typeof value;

const said: Record<string, string> = {
  list: "Start of list found where not expected.",
  map: "Start of structure or map found where not expected.",
  number: "NUMBER_VALUE cannot be converted to String",
  boolean: "TRUE_VALUE cannot be converted to String",
};

const refuse = (message: string) => new AwsError("SerializationException", message);

const checked = (name: string, value: unknown): unknown => {
  const kind = kindOf(value);
  if (strings.test(name) && kind !== "string") throw refuse(said[kind] as string);
  if (maps.test(name) && kind !== "map") throw refuse("Expected map or null");
  if (!lists.test(name)) return value;
  if (!Array.isArray(value)) throw refuse("Expected list or null");
  const wanted = /^(Entries|Targets)$/.test(name) ? "map" : "string";
  const entries = value.filter((entry) => entry !== null);
  for (const entry of entries)
    if (kindOf(entry) !== wanted)
      throw refuse(wanted === "map" ? "Expected map or null" : (said[kindOf(entry)] as string));
  return entries;
};

/** An input as AWS reads it: what is null is not there, and what has another type than it should is refused. */
export const readMembers = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, checked(name, value)]),
  );
