import { DeleteMessageCommand } from "@aws-sdk/client-sqs";
import { CannotStart } from "emulator/kernel/refusals";
import { asRefusal, type Clients } from "./clients.ts";
import { type Letter, type Outcome, withBody } from "./letters.ts";
import { type Way, wayFrom } from "./send-on.ts";
import { letterLines } from "./told.ts";
import { countIn, type Found, HIDDEN_FOR, MOST, putBack, takeAll } from "./waiting.ts";

/** What is left behind of a message that was redriven or discarded, as one line of JSON. */
export type Entry = {
  time: string;
  by: string;
  stage: string;
  queue: string;
  messageId: string;
  eventId?: string | undefined;
  what: string;
  reason: string;
  ageSeconds: number;
  attempts?: number | undefined;
  redrivesBefore: number;
  to: string;
  outcome: string;
  /** The AWS endpoint of a shop on this machine; undefined on AWS. */
  shop?: string | undefined;
  /** What the message was. */
  body: string;
  /** What went on in its place, where somebody edited it. */
  edited?: string | undefined;
};

export type Wishes = {
  stage: string;
  dryRun: boolean;
  /** The id of a message, or of the event in it: only this one. */
  one?: string | undefined;
  /** Deletes instead of sending on. */
  discard: boolean;
  /** With one: what is sent on instead of its body. The record keeps what it was. */
  edited?: string | undefined;
};

export type Surroundings = {
  clients: Clients;
  now: () => number;
  /** Who does it, for the record. */
  by: string;
  /** The AWS endpoint of a shop on this machine, for the record. */
  shop?: string | undefined;
  /** Tells whoever does it. */
  say: (line: string) => void;
  /** Keeps a line of the record. Called before the message is deleted. */
  record: (entry: Entry) => void;
};

/** One letter's turn. An error that would meet the next one alike is thrown; another one leaves it where it is. */
const attempt = async (way: Way, letter: Letter, { discard, edited }: Wishes): Promise<Outcome> => {
  if (discard) return { done: true, how: "discarded" };
  try {
    return await way.send(edited === undefined ? letter : withBody(letter, edited));
  } catch (error) {
    const known = asRefusal(error);
    if (known instanceof CannotStart) throw known;
    return { done: false, why: `${(known as Error).name}: ${(known as Error).message}` };
  }
};

/**
 * Sends on what waits in a failure queue: receives it, sends it, keeps a line, deletes it, in this order. Cut short at any
 * place it loses nothing: what was sent and not deleted is there again in a quarter of an hour, and who hears it twice does
 * it once. Answers how many messages stay.
 */
export const redrive = async (
  queue: Found,
  wishes: Wishes,
  { clients, now, by, shop, say, record }: Surroundings,
): Promise<{ done: number; stay: number }> => {
  const { sqs } = clients;
  const { arn, waiting, hidden } = await countIn(sqs, queue);
  if (hidden > 0)
    say(
      `${hidden} more in ${queue.name} are hidden: somebody is looking at them, or did less than ${HIDDEN_FOR / 60} minutes ago.`,
    );
  if (waiting === 0) say(`Nothing waits in ${queue.name}.`);
  const way = await wayFrom(clients, queue, arn);
  const taken = await takeAll(sqs, queue);
  const { one } = wishes;
  const meant = taken.filter(({ id, eventId }) => one === undefined || [id, eventId].includes(one));
  const left = new Set(taken);
  let done = 0;
  try {
    if (one !== undefined && meant.length === 0)
      throw new CannotStart(
        `No message in ${queue.name} has the id ${one}, and none an event of it.`,
      );
    if (meant.length > 0)
      say(`${wishes.discard ? "What is discarded" : `What goes to ${way.to}`}:`);
    for (const letter of meant) {
      for (const line of letterLines(letter, now())) say(line);
      if (wishes.dryRun) continue;
      const outcome = await attempt(way, letter, wishes);
      if (!outcome.done) {
        say(`    stays: ${outcome.why}`);
        continue;
      }
      record({
        time: new Date(now()).toISOString(),
        by,
        stage: wishes.stage,
        queue: queue.name,
        messageId: letter.id,
        eventId: letter.eventId,
        what: letter.what,
        reason: letter.reason,
        ageSeconds: Math.round((now() - letter.sentAt) / 1000),
        attempts: letter.attempts,
        redrivesBefore: letter.redrives,
        to: wishes.discard ? "nowhere" : way.to,
        outcome: outcome.how,
        ...(shop !== undefined && { shop }),
        body: letter.body,
        ...(wishes.edited !== undefined && !wishes.discard && { edited: wishes.edited }),
      });
      await sqs.send(
        new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: letter.receipt }),
      );
      left.delete(letter);
      done += 1;
      say(`    ${outcome.how}`);
    }
  } finally {
    await putBack(sqs, queue, [...left]);
  }
  if (taken.length >= MOST) say(`That were ${taken.length}; run it again for the rest.`);
  return { done, stay: meant.length - done };
};

/** How many messages wait in each queue, a line each. */
export const listAll = async (
  queues: readonly Found[],
  { clients: { sqs } }: Pick<Surroundings, "clients">,
): Promise<string[]> => {
  const widest = Math.max(...queues.map(({ name }) => name.length));
  return Promise.all(
    queues.map(async (queue) => {
      const { waiting, hidden } = await countIn(sqs, queue);
      const note = hidden > 0 ? `, and ${hidden} hidden` : "";
      return `${queue.name.padEnd(widest)}  ${waiting}${note}`;
    }),
  );
};
