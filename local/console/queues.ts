import { fromOutside, orUnderWay } from "../control/outside.ts";
import { clientsHere } from "../redrive/clients-here.ts";
import { failureQueues, queueNamed } from "../redrive/failure-queues.ts";
import { whoami } from "../redrive/record.ts";
import { redrive } from "../redrive/redrive.ts";
import { findQueues } from "../redrive/waiting.ts";
import { Refused } from "./answers.ts";
import { MOST_SHOWN, messagesKept, misfitOf, peekOutboxes, peekQueue } from "./peek.ts";
import { type Line, queuesIn } from "./queue-list.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

const idsIn = (value: unknown): string[] | undefined => {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string"))
    return [...new Set<string>(value)];
  throw new Refused(400, "Which messages? messageIds is a list of their ids; without it, all.");
};

const bodyIn = (value: unknown, anyway: unknown): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw new Refused(400, "An edited body is a text.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    throw new Refused(400, `The edited body is not JSON: ${(error as Error).message}.`);
  }
  const misfit = misfitOf(parsed);
  if (misfit && anyway !== true)
    throw new Refused(400, `It does not fit its contract, and was not sent. ${misfit}`);
  return value;
};

/** Queues, outboxes and dead letters: what lies in them, looked at without receiving it, and sending it on. */
export const queueRoutes = (sight: Sight): Routes => {
  const { shop, clock, redrives } = sight;
  const { graph, cloud } = shop;
  const lines = queuesIn(graph);
  const named = (id = ""): Line => {
    const found = lines.find((one) => one.id === id);
    if (!found) throw new Refused(404, `There is no queue or outbox ${id.slice(0, 60)}.`);
    return found;
  };

  const sendOn = async ({ id }: Line, ids: (string | undefined)[], edited: string | undefined) => {
    const clients = clientsHere(shop);
    const here = { app: graph.app, stage: graph.stage };
    const [queue] = await findQueues(clients.sqs, here, [queueNamed(failureQueues(graph), id)]);
    if (!queue) throw new Refused(404, `There is no queue ${id}.`);
    const said: string[] = [];
    const total = { done: 0, stay: 0 };
    for (const one of ids) {
      const wishes = { stage: graph.stage, dryRun: false, discard: false, one, edited };
      const { done, stay } = await redrive(queue, wishes, {
        clients,
        now: clock.now,
        by: `${whoami()}, in the console`,
        shop: shop.urls.aws,
        say: (line) => void said.push(line),
        record: (entry) => redrives?.add(entry),
      });
      total.done += done;
      total.stay += stay;
    }
    return {
      ...total,
      said: `${total.done} of ${id} went on, ${total.stay} stayed.`,
      next:
        total.stay > 0
          ? said
              .filter((line) => /stays:/.test(line))
              .map((line) => line.trim())
              .join(" ")
          : "Its consumer has it again, with a fresh count of receives; an effect that was there is not there twice.",
      list: said,
    };
  };

  return {
    async "GET queues"() {
      const now = clock.now();
      const kept = messagesKept(sight);
      const outboxes = await peekOutboxes(
        sight,
        lines.filter(({ kind }) => kind === "outbox"),
      );
      const queues = [];
      for (const line of lines) {
        if (line.kind === "outbox") {
          const rows = outboxes.get(line.name) ?? [];
          const age = rows[0] && Math.max(0, now - rows[0].at);
          queues.push({ ...line, depth: rows.length, inFlight: 0, age });
          continue;
        }
        const messages = kept.get(line.name) ?? [];
        const hidden = messages.filter((one) => one.visibleAt > now && one.receivesHere > 0);
        const oldest = messages.reduce((at, one) => Math.min(at, one.sentAt), now);
        queues.push({
          ...line,
          depth: messages.length - hidden.length,
          inFlight: hidden.length,
          ...(messages.length > 0 && { age: now - oldest }),
        });
      }
      return { now, queues };
    },
    async "GET queues/:id/messages"({ parts: [id] }) {
      const line = named(id);
      const messages =
        line.kind === "outbox"
          ? ((await peekOutboxes(sight, [line])).get(line.name) ?? []).slice(0, MOST_SHOWN)
          : peekQueue(sight, line);
      const url = `${shop.urls.aws}/${cloud.account}/${line.name}`;
      return {
        ...line,
        now: clock.now(),
        messages,
        aws:
          line.kind === "outbox"
            ? `dynamodb scan --consistent-read --table-name ${line.name}`
            : `sqs receive-message --visibility-timeout 0 --max-number-of-messages 10 --message-attribute-names All --message-system-attribute-names All --queue-url ${url}`,
      };
    },
    "POST queues/:id/redrive"({ parts: [id], body }) {
      const line = named(id);
      const asked = body();
      if (line.kind !== "dead letters")
        throw new Refused(
          409,
          `${line.id} holds no dead letters: ${line.reader} takes what is in it.`,
        );
      const ids = idsIn(asked.messageIds);
      const edited = bodyIn(asked.body, asked.anyway);
      if (edited !== undefined && ids?.length !== 1)
        throw new Refused(400, "An edited body is sent in place of one message: say which.");
      const known = new Set((messagesKept(sight).get(line.name) ?? []).map((one) => one.id));
      const gone = ids?.find((one) => !known.has(one));
      if (gone) throw new Refused(404, `${line.id} has no message ${gone.slice(0, 60)} any more.`);
      const what = `redrive ${line.id}${edited === undefined ? "" : " (edited)"}`;
      return orUnderWay(
        shop,
        fromOutside(shop, { who: "the console", what }, () =>
          sendOn(line, ids ?? [undefined], edited),
        ),
      );
    },
  };
};
