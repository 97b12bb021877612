import type { Shape } from "./aws-shape.ts";

const text = (min: number, max: number, pattern?: string): Shape => ({ min, max, pattern });
const number = (min: number, max: number): Shape => ({ type: "number", min, max });

/**
 * What AWS's user guides say beside the models, by call and place: quotas of an account that has not asked for more, and
 * names where the model's member may also be an ARN. From Lambda's, EventBridge's, IAM's, SQS's, SNS's, SES's and
 * DynamoDB's pages on quotas and naming, and the pages of the operations.
 */
export const facts: Record<string, Record<string, Shape>> = {
  "lambda:CreateFunction": {
    FunctionName: text(1, 64, "[\\w-]+"),
    Timeout: number(1, 900),
    MemorySize: number(128, 10_240),
    "Environment.Variables": { bytes: 4096 },
  },
  "dynamodb:CreateTable": { TableName: text(3, 255, "[\\w.-]+") },
  "events:PutRule": { EventPattern: text(1, 2048) },
  "iam:PutRolePolicy": { PolicyDocument: text(1, 10_240) },
  "iam:CreateRole": { AssumeRolePolicyDocument: text(1, 2048) },
  "logs:PutRetentionPolicy": {
    retentionInDays: {
      type: "number",
      among: [
        ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827],
        ...[2192, 2557, 2922, 3288, 3653],
      ],
    },
  },
  "sesv2:CreateConfigurationSet": { ConfigurationSetName: text(1, 64, "[\\w-]+") },
  "sns:CreateTopic": { Name: text(1, 256, "[\\w-]+") },
  "sqs:CreateQueue": {
    QueueName: text(1, 80, "[\\w-]+"),
    "Attributes.VisibilityTimeout": number(0, 43_200),
    "Attributes.MessageRetentionPeriod": number(60, 1_209_600),
    "Attributes.DelaySeconds": number(0, 900),
    "Attributes.ReceiveMessageWaitTimeSeconds": number(0, 20),
  },
  "stepfunctions:CreateStateMachine": { name: text(1, 80, "[\\w-]+") },
};
