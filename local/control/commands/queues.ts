import { clientsHere } from "../../redrive/clients-here.ts";
import { runRedrive, wishesOf } from "../../redrive/command.ts";
import { whoami } from "../../redrive/record.ts";
import { eventOf, invokes } from "../calls.ts";
import type { Command, Control } from "../command.ts";
import { refuse } from "../told.ts";
import { oneOf, shownSpan } from "../words.ts";
import { newestFor } from "./events.ts";

const poisonTests =
  "One message that nobody can handle stands in nobody's way: it ends among the dead letters with its reason, and everything else goes on.";

const plainName = (name: string) => name.replace(/Queue$/, "");

/** The queues that somebody consumes: what poison can be put into. */
const consumed = ({ shop }: Control) =>
  shop.graph.resources
    .filter(({ type, inputs }) => type.endsWith("sqs/queue:Queue") && inputs.redrivePolicy)
    .map(({ name, inputs, outputs }) => {
      const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(inputs.redrivePolicy);
      const reader = shop.graph.resources.find(
        ({ type, inputs: mapping }) =>
          type.endsWith(":EventSourceMapping") && mapping.eventSourceArn === outputs.arn,
      );
      return {
        name: plainName(name),
        physical: inputs.name as string,
        arn: outputs.arn as string,
        url: `${shop.urls.aws}/${shop.cloud.account}/${inputs.name}`,
        most: maxReceiveCount as number,
        hiddenFor: (inputs.visibilityTimeoutSeconds ?? 30) as number,
        deadLetters: plainName(
          shop.graph.resources.find((one) => one.outputs.arn === deadLetterTargetArn)?.name ?? "",
        ),
        reader: String(reader?.inputs.functionName).split(":").at(-1) as string,
      };
    });

type Consumed = ReturnType<typeof consumed>[number];

type Received = { messageId: string; attributes?: { ApproximateReceiveCount?: string } };

/** Lets the queue's reader fail at this one message, and at no other, as a defect would that one message meets. */
const failAt = ({ faults }: Control, queue: Consumed, messageId: string) => {
  const { fault } = faults.arm({
    what: `${queue.name}: its consumer fails at the message ${messageId}.`,
    hypothesis: poisonTests,
    ms: 86_400_000,
    endsWhenPutBack: "before",
    matches: (call) =>
      invokes(queue.reader)(call) &&
      eventOf(call).Records?.some((one: Received) => one.messageId === messageId),
    async gate(call, next) {
      const { Records } = eventOf(call);
      const mine = (one: Received) => one.messageId === messageId;
      const others = Records.filter((one: Received) => !mine(one));
      // By what the queue has counted: time may have been put back, and with it the message.
      const received = Number(Records.find(mine)?.attributes?.ApproximateReceiveCount);
      if (received >= queue.most) faults.disarm(fault.id);
      const failed = { itemIdentifier: messageId };
      const payload = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");
      const none = { StatusCode: 200, ExecutedVersion: "$LATEST", Payload: payload({}) };
      const input = { ...call.input, Payload: payload({ Records: others }) };
      const answer = others.length > 0 ? ((await next({ ...call, input })) as typeof none) : none;
      const text = Buffer.from(answer.Payload, "base64").toString() || "{}";
      const { batchItemFailures = [], ...rest } = JSON.parse(text) ?? {};
      if ("FunctionError" in answer) return answer;
      return {
        ...answer,
        Payload: payload({ ...rest, batchItemFailures: [...batchItemFailures, failed] }),
      };
    },
  });
};

/** `poison`: a message that its consumer cannot handle. */
export const poison: Command = {
  name: "poison",
  title: "Poison a queue",
  usage: "poison QUEUE [stubborn]",
  tells:
    "sends a message that its consumer cannot understand; stubborn: one at which it fails each time",
  hypothesis: poisonTests,
  example: "poison OrderViewsQueue",
  async run(control, words) {
    const queues = consumed(control);
    const [word, kind, more] = words;
    if (!word || more || (kind !== undefined && kind !== "stubborn"))
      refuse(
        "Which queue? For instance: poison OrderViewsQueue, or poison OrderViewsQueue stubborn.",
      );
    const names = queues.map(({ name }) => name);
    const wanted = names.find((name) => name === `${word}Queue`) ?? (word as string);
    const name = oneOf(
      names,
      wanted.replace(/Queue$/i, "") === wanted && names.includes(`${wanted}Queue`)
        ? `${wanted}Queue`
        : wanted,
      "queue with a consumer",
    );
    const queue = queues.find((one) => one.name === name) as Consumed;
    const event = newestFor(control, queue.arn);
    const { data, ...envelope } = event?.detail ?? { data: {} };
    // Who reads it sees at once what is wrong with it, and can repair it.
    const misspelt = { ...event, detail: { ...envelope, dta: data } };
    const body = JSON.stringify(kind ? (event ?? misspelt) : misspelt);
    const { call } = control.shop;
    const { MessageId } = await call("sqs", "SendMessage", {
      QueueUrl: queue.url,
      MessageBody: body,
    });
    const aws = [`aws sqs send-message --queue-url ${queue.url} --message-body '${body}'`];
    if (kind) {
      failAt(control, queue, MessageId);
      return {
        said: `The message ${MessageId} is in ${name}, and its consumer will fail at it, each time.`,
        next: `It is received ${queue.most} times, every ${shownSpan(queue.hiddenFor * 1000)}; after about ${shownSpan(queue.most * queue.hiddenFor * 1000)} it is in ${queue.deadLetters}, from where \`redrive ${queue.deadLetters}\` sends it on.`,
        aws,
      };
    }
    return {
      said: `The message ${MessageId} is in ${name}: an event in which \`data\` is written \`dta\`.`,
      next: `Its consumer does not understand it and puts it into ${queue.deadLetters} at once, with the reason; all others go on. \`redrive ${queue.deadLetters}\` sends it on, and it comes back until somebody repairs it.`,
      aws,
    };
  },
};

/** `redrive`: sends on what waits in a failure queue, as `npm run redrive` does. */
export const redriveQueue: Command = {
  name: "redrive",
  usage: "redrive [QUEUE] [--one ID] [--dry-run] [--discard]",
  tells: "sends on what waits in a failure queue, as npm run redrive does; lists them without one",
  example: "redrive OrderViewsQueueDlq",
  async run({ shop }, words) {
    const wanted = wishesOf(words);
    if (wanted.help)
      refuse("redrive QUEUE sends on what waits there; redrive alone lists all queues.");
    if (wanted.stage !== "local" || wanted.port !== undefined)
      refuse("Here it is this shop that is redriven: `npm run redrive` has --stage and --port.");
    const list: string[] = [];
    const code = await runRedrive(wanted, shop.graph, {
      clients: clientsHere(shop),
      now: shop.cloud.clock.now,
      by: `${whoami()}, by a command to the shop`,
      shop: shop.urls.aws,
      say: (line) => void list.push(line),
      record: (entry) => shop.beside.redrives?.add(entry),
    });
    const { name, dryRun } = wanted;
    if (!name)
      return {
        said: "Every failure queue, and what waits in it.",
        next: "`redrive NAME` sends it on.",
        list,
      };
    if (dryRun) return { said: `What waits in ${name}.`, next: "Nothing was changed.", list };
    return {
      said: list.at(-1) ?? "Nothing waits there.",
      next: code
        ? "What stays says why: repair what it needs, and redrive again."
        : "Its consumer has it again, with a fresh count of receives; an effect that was there is not there twice.",
      list,
    };
  },
};
