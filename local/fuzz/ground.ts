import type { Call } from "emulator/kernel/engine";
import { judge } from "../judge/judge.ts";
import { hear, isWrite } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";
import type { Json } from "./inputs.ts";
import { stories } from "./stories.ts";

/** Ids that are made of these were never given to anybody here: what is done to them does not count. */
const STRANGE = "7ZZZZZ";
/** A text in which nothing is about what is here. */
export const strange = (text: string): string =>
  text
    .replace(/\b(ord|pay)_[0-9A-Za-z]{6}/g, `$1_${STRANGE}`)
    .replace(/\bprd_([a-z])/g, "prd_strange-$1");

/** What went through the shop when all was well, about orders that this shop does not have. */
type Samples = {
  /** Events as they are published. */
  events: Json[];
  /** What each function was called with, by its name in the infrastructure. */
  calls: Map<string, Json[]>;
  /** What executions were begun with, by the saga. */
  sagas: Map<string, Json[]>;
};

const MOST = 40;
let recorded: Promise<Samples> | undefined;

const record = async (): Promise<Samples> => {
  const samples: Samples = { events: [], calls: new Map(), sagas: new Map() };
  const keep = (list: Json[], text: string) => {
    if (list.length < MOST) list.push(JSON.parse(strange(text)));
  };
  const listOf = (lists: Map<string, Json[]>, name: string) =>
    lists.get(name) ?? (lists.set(name, []).get(name) as Json[]);
  for (const story of Object.values(stories).slice(0, 2)) {
    const shop = await virtualShop();
    const heard = hear(shop.local, ({ operation }) =>
      ["PutEvents", "Invoke", "StartExecution"].includes(operation),
    );
    await story(shop);
    await shop.settle();
    shop.local.stop();
    for (const { operation, input } of heard) {
      if (operation === "PutEvents")
        for (const { Detail } of input.Entries) keep(samples.events, Detail);
      if (operation === "Invoke" && input.Payload)
        keep(
          listOf(samples.calls, nameIn(input.FunctionName)),
          Buffer.from(input.Payload, "base64").toString(),
        );
      if (operation === "StartExecution")
        keep(listOf(samples.sagas, nameIn(input.stateMachineArn)), input.input);
    }
  }
  return samples;
};

/** "ReserveStock", of an ARN or a physical name. */
const nameIn = (arn: string): string =>
  arn.replace(/^.*petstore-local-/, "").replace(/Function.*$/, "");

/** A letter in a dead-letter queue. */
type Letter = {
  queue: string;
  body: string;
  reason: string | undefined;
  /** Whether its consumer put it there at once, with the reason; else it was tried until it was given up. */
  isParked: boolean;
};

/** Where a door is knocked at: a shop of its own, what is well formed, and where to say what was not as promised. */
export type Ground = {
  shop: VirtualShop;
  samples: Samples;
  seed: number;
  count: number;
  broken: (what: string, input?: unknown) => void;
  /** What functions have written since it was asked last, by their names. */
  written: () => Call[];
};

/** One door of the shop. */
export type Door = {
  /** Sends `count` inputs that nobody expects, and checks each answer. May answer what to check when all has come to rest. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a door that has nothing more to check answers nothing
  send: (ground: Ground) => Promise<void | ((letters: Letter[]) => void)>;
  /** For how long what was sent may be tried again, in milliseconds. */
  rest: number;
};

const REASONS = ["reason", "ErrorMessage", "ERROR_MESSAGE"];

/** Hears why consumers did not handle a message, as they log it: it keeps its id when it becomes a dead letter. */
const hearReasons = ({ local }: VirtualShop) => {
  const reasons = new Map<string, string>();
  local.cloud.observe((fact) => {
    const line = fact.kind === "log" ? String(fact.line) : "";
    if (!line.includes('"messageId"')) return;
    const { messageId, error, detail } = JSON.parse(line).message;
    if (error) reasons.set(messageId, `${error}: ${detail}`);
  });
  return reasons;
};

const lettersIn = async (
  { local, drive }: VirtualShop,
  queues: string[],
  reasons: ReadonlyMap<string, string>,
): Promise<Letter[]> => {
  const letters: Letter[] = [];
  for (const queue of queues) {
    const QueueUrl = `${local.urls.aws}/123456789012/${queue}`;
    for (;;) {
      const { Messages = [] } = await drive(
        local.call("sqs", "ReceiveMessage", {
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ["All"],
          VisibilityTimeout: 43_200,
        }),
      );
      if (Messages.length === 0) break;
      for (const { MessageId, Body, MessageAttributes = {} } of Messages) {
        const name = REASONS.find((one) => MessageAttributes[one]);
        const reason = name ? MessageAttributes[name].StringValue : reasons.get(MessageId);
        letters.push({ queue, body: Body, reason, isParked: name !== undefined });
      }
    }
  }
  return letters;
};

/**
 * Knocks at a door, and then checks what holds whatever was sent: the shop comes to rest, each dead letter has its reason, the
 * next good order goes through, and the books are right.
 */
export const knock = async (
  { send, rest }: Door,
  seed: number,
  count: number,
): Promise<string[]> => {
  recorded ??= record();
  const samples = await recorded;
  const shop = await virtualShop({ seed });
  const found = new Set<string>();
  const broken = (what: string, input?: unknown) => {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    found.add(`${what}${input === undefined ? "" : `: ${text?.slice(0, 400)}`}`);
  };
  const reasons = hearReasons(shop);
  const writes = hear(shop.local, (call) => isWrite(call) && call.caller.name.endsWith("Function"));
  const written = () => writes.splice(0);
  try {
    const check = await send({ shop, samples, seed, count, broken, written });
    await shop.clock.advance(rest);
    await shop.settle();
    const { deadLetters } = await shop.books();
    const queues = deadLetters.map(({ queue }) => queue);
    const letters = await lettersIn(shop, queues, reasons);
    for (const { queue, body, reason } of letters)
      if (!reason) broken(`${queue} has a letter without a reason`, body);
    check?.(letters);
    const orderId = await shop.order();
    await shop.settle();
    const { status } = await shop.read(orderId);
    if (status !== "CONFIRMED") broken(`The next good order is ${status}`);
    for (const { invariant, what } of judge(await shop.books()))
      if (!invariant.startsWith("I16") && !what.includes(STRANGE) && !what.includes("strange"))
        broken(`${invariant}: ${what}`);
  } catch (error) {
    broken(`It went out of hand: ${error instanceof Error ? error.stack : error}`);
  } finally {
    shop.local.stop();
  }
  return [...found];
};
