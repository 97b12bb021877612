type Arn = $util.Input<string>;

/** One statement of a function's policy: exact actions on exact resources. */
export const allow = (resource: Arn | Arn[], ...actions: string[]) => ({
  actions,
  resources: [resource].flat(),
});

/** Who may assume a role: one AWS service. */
export const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
  });

/** What a command needs: it reads its aggregate, and changes it in one transaction with its outbox rows. */
export const command = (
  { table, outbox }: { table: sst.aws.Dynamo; outbox: sst.aws.Dynamo },
  ...onTable: `dynamodb:${string}`[]
) => [allow(table.arn, ...onTable), allow(outbox.arn, "dynamodb:PutItem")];
