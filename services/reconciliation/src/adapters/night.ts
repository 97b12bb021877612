import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { written } from "@petstore/core/written";
import { Resource } from "sst";
import type { Cure, Kind } from "../domain/difference.ts";

const TableName = Resource.ReconciliationTable.name;
const YEAR_SECONDS = 366 * 24 * 3600;

/** The first look goes through these, one after the other. */
export const PHASES = ["orders", "us", "provider", "stock"] as const;

/** How far a night's first look has come: the phase, and where in it. Complete when every suspicion was looked into. */
export type Mark = { phase: number; after: string | null; complete?: boolean };

/** An order or a product that is to be looked at a second time. */
export type Suspect = { subject: string; since: number };

/** A difference that a second look has confirmed. */
export type Found = {
  kind: Kind;
  subject: string;
  what: string;
  cure?: Cure | undefined;
  at: string;
  told: boolean;
};

const pk = (date: string) => `NIGHT#${date}`;

const put = (date: string, sk: string, row: object, condition: object = {}) => {
  const expiresAt = Math.floor(Date.parse(date) / 1000) + YEAR_SECONDS;
  const Item = { pk: pk(date), sk, ...row, expiresAt };
  return client.send(new PutCommand({ TableName, Item, ...condition }));
};

const rows = async (date: string, prefix: string) => {
  const found: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": pk(date), ":prefix": prefix },
        ExclusiveStartKey,
      }),
    );
    found.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return found.map(({ pk: _, sk: __, expiresAt: ___, ...row }) => row);
};

/** How far a night has come. */
export const readMark = async (date: string): Promise<Mark> => {
  const Key = { pk: pk(date), sk: "MARK" };
  const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return (Item as Mark | undefined) ?? { phase: 0, after: null };
};

/** Keeps how far a night has come. */
export const leaveMark = (date: string, { phase, after, complete }: Mark) =>
  put(date, "MARK", { phase, after, complete });

/** Whether no other invocation has failed that night. One that is retried has the same request id. */
export const isFirstFailure = (date: string, requestId: string): Promise<boolean> =>
  written(
    put(
      date,
      "FAILED",
      { requestId },
      {
        ConditionExpression: "attribute_not_exists(pk) OR requestId = :requestId",
        ExpressionAttributeValues: { ":requestId": requestId },
      },
    ),
  );

/** Notes what is to be looked at again. Noted twice, it waits anew. */
export const suspect = (date: string, subject: string, since: number) =>
  put(date, `SUSPECT#${subject}`, { subject, since });

/** What is to be looked at again. */
export const suspects = async (date: string) => (await rows(date, "SUSPECT#")) as Suspect[];

/** Takes a suspicion off: it was looked into. */
export const clear = (date: string, subject: string) =>
  client.send(new DeleteCommand({ TableName, Key: { pk: pk(date), sk: `SUSPECT#${subject}` } }));

/** Keeps a difference. */
export const saveFound = (date: string, found: Found) =>
  put(date, `FOUND#${found.subject}#${found.kind}`, found);

/** The differences of a night. */
export const foundOn = async (date: string) => (await rows(date, "FOUND#")) as Found[];
