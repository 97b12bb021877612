import { notEmulated, type World } from "../../kernel/engine.ts";

/** The URL of a queue, by its ARN. */
export const queueUrlOf = (arn: string): string => {
  const [, , , region, account, name] = arn.split(":");
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
};

/** Refuses a destination other than an SQS queue. */
export const checkDestination = (arn: string | undefined): void => {
  if (arn && !arn.startsWith("arn:aws:sqs:"))
    throw notEmulated("lambda", `the destination ${arn} (queues only)`);
};

/** Sends a record of what failed to a destination, under the function's role. What does not arrive is noted. */
export const sendToDestination = async (
  world: World,
  {
    arn,
    caller,
    body,
    attributes,
  }: {
    arn: string;
    caller: { name: string; role: string };
    body: string;
    attributes?: Record<string, string>;
  },
): Promise<void> => {
  const MessageAttributes =
    attributes &&
    Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: "String", StringValue },
      ]),
    );
  try {
    await world.call({
      caller,
      service: "sqs",
      operation: "SendMessage",
      input: {
        QueueUrl: queueUrlOf(arn),
        MessageBody: body,
        ...(MessageAttributes && { MessageAttributes }),
      },
    });
  } catch (error) {
    world.note({ kind: "destination-failed", arn, caller: caller.name, message: String(error) });
  }
};
