import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Decider } from "./decider.ts";
import { client } from "./dynamo.ts";
import type { DomainEvent } from "./event.ts";
import { outboxRows } from "./outbox.ts";
import type { Refusal } from "./result.ts";
import { type Store, saveTogether, VersionConflict } from "./store.ts";
import type { Write } from "./transact.ts";

/** What an event-sourced state counts beside the rest: its published events. Others see these alone, numbered without gaps. */
export type CountsPublished = { publishedCount: number };

const CONFLICTS = ["ConditionalCheckFailedException", "TransactionConflictException"];

/** One event that is only ours: a plain write, at half the price of a transaction. */
const saveAlone = async (id: string, put: NonNullable<Write["Put"]>) => {
  try {
    await client.send(new PutCommand(put));
  } catch (error) {
    const lost = error instanceof Error && CONFLICTS.includes(error.name);
    throw lost ? new VersionConflict(`Someone else saved ${id} first: ${error.name}`) : error;
  }
};

/**
 * A store in DynamoDB that keeps what happened and nothing else: one row an event, the state is their fold.
 * `publish` says what others are told of an event, and answers undefined where it is nobody else's business.
 * An event that is only ours costs one plain write; a published one is in one transaction with its outbox row.
 */
export const eventStore = <State extends CountsPublished, Event extends DomainEvent>(options: {
  source: string;
  type: string;
  table: string;
  outbox: string;
  decider: Pick<Decider<State, never, Event, Refusal>, "initial" | "evolve">;
  publish: (id: string, event: Event) => DomainEvent | undefined;
}): Store<State, Event> => {
  const { source, type, table, outbox, decider, publish } = options;

  /** Two events cannot have the same place in one history: that is the whole of concurrency control. */
  const row = (id: string, version: number, event: Event): Write => ({
    Put: {
      TableName: table,
      Item: {
        pk: id,
        sk: `EVENT#${String(version).padStart(6, "0")}`,
        ...event,
        at: new Date().toISOString(),
      },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  });

  return {
    async load(id) {
      let state = decider.initial;
      let version = 0;
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: "pk = :id",
            ExpressionAttributeValues: { ":id": id },
            ExclusiveStartKey,
          }),
        );
        for (const event of page.Items ?? []) state = decider.evolve(state, event as Event);
        version += page.Items?.length ?? 0;
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return { state, version };
    },

    async save({ id, state, events, version, also = [] }) {
      const published = events.flatMap((event) => publish(id, event) ?? []);
      const publishedBefore = state.publishedCount - published.length;
      const writes = [
        ...events.map((event, i) => row(id, version + i + 1, event)),
        ...outboxRows(outbox, published, { source, type, id, from: publishedBefore }),
        ...also,
      ];
      const [only] = writes;
      if (writes.length === 1 && only?.Put) await saveAlone(id, only.Put);
      else await saveTogether(id, writes, events.length);
    },
  };
};
