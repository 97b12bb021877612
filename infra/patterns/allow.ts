type Arn = $util.Input<string>;

/** One statement of a function's policy: exact actions on exact resources. */
export const allow = (resource: Arn | Arn[], ...actions: string[]) => ({
  actions,
  resources: [resource].flat(),
});

/** Who may assume a function's role: Lambda, which takes it from nobody but this account. */
export const trustLambda = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
  ],
});

/** Who may assume a role: one AWS service, and only when it works for this account. */
export const trust = (service: string) =>
  $jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRole",
        Principal: { Service: service },
        Condition: {
          StringEquals: { "aws:SourceAccount": aws.getCallerIdentityOutput().accountId },
        },
      },
    ],
  });

/** What a command needs: it reads its aggregate, and changes it in one transaction with its outbox rows. */
export const command = (
  { table, outbox }: { table: sst.aws.Dynamo; outbox: sst.aws.Dynamo },
  ...onTable: `dynamodb:${string}`[]
) => [allow(table.arn, ...onTable), allow(outbox.arn, "dynamodb:PutItem")];
