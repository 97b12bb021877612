// What the claims about Lambda invoke, there and here. Plain JavaScript, for it is uploaded to AWS as it stands.
export const handler = async (event) => {
  if (event.Records) {
    const [of, id] = event.Records[0].dynamodb
      ? [({ dynamodb }) => dynamodb.Keys.pk.S, ({ dynamodb }) => dynamodb.SequenceNumber]
      : [({ body }) => body, ({ messageId }) => messageId];
    const failed = event.Records.filter((record) => of(record) === "fail");
    return { batchItemFailures: failed.map((record) => ({ itemIdentifier: id(record) })) };
  }
  if (event.throw) throw Object.assign(new Error("as asked"), { name: event.throw });
  if (event.sleep) await new Promise((resolve) => setTimeout(resolve, event.sleep));
  return event;
};
