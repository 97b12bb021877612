import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { client } from "@petstore/core/dynamo";
import { hasTime, type TimeLeft } from "@petstore/core/time-left";
import { written } from "@petstore/core/written";
import type { SQSEvent } from "aws-lambda";
import { Resource } from "sst";
import { callStep, passesByItself, type StepFailure, standsForGood } from "../steps.ts";
import { send } from "./begin.ts";
import { DONE, FIRST, isTurn, leads, undoAfter } from "./leads.ts";

type Input = { orderId: string; run: { name: string }; resumed?: number; again?: true };

/** How far an order's walk has come: the step that it stands at, and since when. */
type Progress = {
  orderId: string;
  run: string;
  /** How often a person had set the order going again when this run began: a later run has more. */
  resumed: number;
  at: string;
  since: number;
  version: number;
  input: Input;
  failedStep?: string | undefined;
  failure?: StepFailure | undefined;
};

const table = () =>
  (Resource as unknown as { FulfilmentTable: { name: string } }).FulfilmentTable.name;

const load = async (orderId: string): Promise<Progress | undefined> => {
  const Key = { orderId };
  const get = new GetCommand({ TableName: table(), Key, ConsistentRead: true });
  return (await client.send(get)).Item as Progress | undefined;
};

/** Writes down a walk that begins. Where it has begun before, or a later run of the order has, that one goes on where it is. */
const begin = async (input: Input): Promise<Progress | undefined> => {
  const { orderId, run, resumed = 0 } = input;
  const Item = { orderId, run: run.name, resumed, at: FIRST, since: Date.now(), version: 1, input };
  const isNew = await written(
    client.send(
      new PutCommand({
        TableName: table(),
        Item,
        ConditionExpression: "attribute_not_exists(orderId) OR #resumed < :resumed",
        ExpressionAttributeNames: { "#resumed": "resumed" },
        ExpressionAttributeValues: { ":resumed": resumed },
      }),
    ),
  );
  return isNew ? Item : load(orderId);
};

/**
 * Moves a walk to another step, unless somebody else has moved it meanwhile: then it is theirs. Where the condition does not hold, it
 * may be our own write that has changed the row, and its answer was lost: who takes that for somebody else's leaves the order for ever.
 */
const move = async (row: Progress, at: string, failed: Partial<Progress> = {}) => {
  const next: Progress = { ...row, ...failed, at, since: Date.now(), version: row.version + 1 };
  const isMoved = await written(
    client.send(
      new PutCommand({
        TableName: table(),
        Item: next,
        ConditionExpression: "#run = :run AND #version = :version",
        ExpressionAttributeNames: { "#run": "run", "#version": "version" },
        ExpressionAttributeValues: { ":run": row.run, ":version": row.version },
      }),
    ),
  );
  if (isMoved) return next;
  const now = await load(row.orderId);
  const isOurs = now?.version === next.version && now.at === at && now.since === next.since;
  return isOurs ? now : undefined;
};

/** Lets the walk rest, and has it looked at again. */
const rest = async ({ orderId }: Progress, seconds: number): Promise<undefined> => {
  await send({ orderId }, seconds);
};

/** Calls the step that a walk stands at, and moves it. Answers where it stands then; nothing where it rests, or is in other hands. */
const stepOf = async (row: Progress): Promise<Progress | undefined> => {
  const { at, since, input, failedStep, failure } = row;
  const lead = leads[at];
  if (!lead) throw new Error(`There is no step ${at} on the ladder`);
  // Nobody waits under this token. It tells the payments context that it is asked anew.
  const taskToken = `${row.run} ${Date.now()}`;
  const outcome = await callStep(at, { ...input, taskToken, failedStep, failure });
  const isPending = outcome.ok && outcome.value === "pending" && lead.answersWithin;
  if (outcome.ok && !isPending)
    return move(row, isTurn(at) ? undoAfter(failedStep, input.again === true) : lead.next);

  const why = outcome.ok ? { Error: "OutcomeUnknown", Cause: "No answer yet" } : outcome.failure;
  const waited = Date.now() - since;
  const patience = passesByItself(why) ? lead.patience : lead.defect;
  if (!standsForGood(why) && waited < patience)
    return rest(row, isPending || Math.min(30, 1 + Math.ceil(waited / 1000)));
  if (why.Error !== "Refused") return move(row, lead.failed, { failedStep: at, failure: why });
  return move(row, lead.refused, isTurn(at) ? {} : { failedStep: at, failure: why });
};

/** Hears that an order's walk begins, that its payment was answered, or that it has rested for long enough; and walks on. */
export const handler = async ({ Records }: SQSEvent, time: TimeLeft): Promise<void> => {
  for (const { body } of Records) {
    const message = JSON.parse(body) as { begin: Input } | { orderId: string };
    let row = "begin" in message ? await begin(message.begin) : await load(message.orderId);
    while (row && row.at !== DONE) {
      if (!hasTime(time)) return void (await send({ orderId: row.orderId }));
      row = await stepOf(row);
    }
  }
};
