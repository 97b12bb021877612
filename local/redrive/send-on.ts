import {
  InvokeCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { ListDeadLetterSourceQueuesCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { CannotStart } from "emulator/kernel/refusals";
import type { Clients } from "./clients.ts";
import { handToRelay } from "./hand-to-relay.ts";
import { type Letter, type Outcome, tableOf } from "./letters.ts";
import type { Found } from "./waiting.ts";

/** Where the letters of a queue go, and how. */
export type Way = { to: string; send: (letter: Letter) => Promise<Outcome> };

const nameIn = (arn: string) => arn.split(/[/:]/).at(-1) as string;

const toQueue = async ({ sqs }: Clients, queue: Found): Promise<Way> => {
  const { queueUrls = [] } = await sqs.send(
    new ListDeadLetterSourceQueuesCommand({ QueueUrl: queue.url }),
  );
  const [source] = queueUrls;
  if (!source)
    throw new CannotStart(`No queue on this stage has ${queue.name} for its dead letters.`);
  return {
    to: `the queue ${nameIn(source.replaceAll("/", ":"))}, for ${queue.function}`,
    async send({ body, value, redrives }) {
      if (value === undefined)
        return { done: false, why: "It is not JSON; its function would put it here again." };
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: source,
          MessageBody: body,
          // Seen again if it comes back.
          MessageAttributes: {
            redrives: { DataType: "Number", StringValue: String(redrives + 1) },
          },
        }),
      );
      return { done: true, how: "sent" };
    },
  };
};

/** The function that has a queue for its dead letters: its name says the stage, but not surely, for SST may cut it. */
const functionOf = async (lambda: LambdaClient, arn: string): Promise<string | undefined> => {
  let Marker: string | undefined;
  do {
    const page = await lambda.send(new ListFunctionsCommand({ Marker }));
    const found = page.Functions?.find(
      ({ DeadLetterConfig }) => DeadLetterConfig?.TargetArn === arn,
    );
    if (found) return found.FunctionName;
    Marker = page.NextMarker;
  } while (Marker);
  return undefined;
};

/** The part of an event that its rule hands over. What Lambda gave up is that part already; what the rule could not deliver is the whole. */
const handedOver = (value: unknown, part: string | undefined): unknown => {
  if (!part || typeof value !== "object" || value === null || !("detail-type" in value))
    return value;
  return part
    .split(".")
    .slice(1)
    .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], value);
};

const toFunction = async ({ lambda }: Clients, queue: Found, arn: string): Promise<Way> => {
  const FunctionName = await functionOf(lambda, arn);
  if (!FunctionName)
    throw new CannotStart(`No function on this stage has ${queue.name} for its dead letters.`);
  const made = new Set<string>();
  return {
    to: `the function ${FunctionName}`,
    async send({ value }) {
      const input = handedOver(value, queue.part);
      if (input === undefined)
        return { done: false, why: "It is no event that the function could be given." };
      const payload = JSON.stringify(input);
      // One run makes up for all that were missed.
      if (queue.kind === "schedule" && made.has(payload))
        return { done: true, how: "made up for by the same run" };
      await lambda.send(
        new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: Buffer.from(payload) }),
      );
      made.add(payload);
      return { done: true, how: "invoked" };
    },
  };
};

const relayOf = async (lambda: LambdaClient, EventSourceArn: string) => {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ EventSourceArn }),
  );
  return EventSourceMappings[0]?.FunctionArn;
};

type Pointer = { streamArn?: unknown; approximateArrivalOfLastRecord?: unknown };

/** Where in a stream the rows were, as Lambda tells its failure destination. */
const pointerIn = (value: unknown): Pointer =>
  (value as { DDBStreamBatchInfo?: Pointer } | undefined)?.DDBStreamBatchInfo ?? {};

const toBus = (clients: Clients, queue: Found): Way => ({
  to: `the bus, by ${queue.function}`,
  async send({ value }) {
    const { streamArn, approximateArrivalOfLastRecord: last } = pointerIn(value);
    if (typeof streamArn !== "string")
      return {
        done: false,
        why: "It is a row that is no event: nobody can publish it. Look at it, then --discard it.",
      };
    const relay = await relayOf(clients.lambda, streamArn);
    if (!relay) return { done: false, why: `No function reads ${tableOf(streamArn)} any more.` };
    return handToRelay(clients, { table: tableOf(streamArn), relay, streamArn, until: last });
  },
});

const toPerson = ({ function: name }: Found): Way => ({
  to: "a person",
  async send() {
    const why = `${name} left it for a person: docs/runbooks says what to do. Do it, then --discard it.`;
    return { done: false, why };
  },
});

/** Where a queue's letters go. Asks AWS, not names: who has this queue for its failures. */
export const wayFrom = async (clients: Clients, queue: Found, arn: string): Promise<Way> => {
  if (queue.kind === "queue") return toQueue(clients, queue);
  if (queue.kind === "person") return toPerson(queue);
  if (queue.kind === "outbox") return toBus(clients, queue);
  return toFunction(clients, queue, arn);
};
