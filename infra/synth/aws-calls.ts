import type { Inputs } from "./aws.ts";
import type { Declared } from "./evaluate.ts";

/** A call that creates a resource, or a part of one. */
export type AwsCall = { service: string; operation: string; input: Inputs };

/** What a resource's inputs are to AWS: members by other names, and members that another call takes, or none. */
type Translation = {
  call: `${string}:${string}`;
  names?: Record<string, string>;
  without?: string[];
  /** What has another shape in the call. What it takes must be in `without`. */
  more?: (inputs: Inputs, name: string) => Inputs;
  /** Calls beside the first one. */
  others?: (inputs: Inputs) => { call: `${string}:${string}`; input: Inputs }[];
};

/** A queue's settings are texts in the call. */
const queueAttributes: Record<string, string> = {
  visibilityTimeoutSeconds: "VisibilityTimeout",
  messageRetentionSeconds: "MessageRetentionPeriod",
  delaySeconds: "DelaySeconds",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  redrivePolicy: "RedrivePolicy",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
};

const keySchema = ({ hashKey, rangeKey }: Inputs) => [
  { AttributeName: hashKey, KeyType: "HASH" },
  ...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" }] : []),
];

/** The dead-letter queue of a call has another name there. */
const destination: Pick<Translation, "without" | "more"> = {
  without: ["destinationConfig"],
  more: ({ destinationConfig }) =>
    destinationConfig && {
      DestinationConfig: {
        OnFailure: { Destination: destinationConfig.onFailure.destinationArn },
      },
    },
};

const translations: Record<string, Translation> = {
  "aws:apigatewayv2/api:Api": { call: "apigatewayv2:CreateApi" },
  "aws:apigatewayv2/authorizer:Authorizer": {
    call: "apigatewayv2:CreateAuthorizer",
    without: ["jwtConfiguration", "identitySources"],
    more: ({ jwtConfiguration, identitySources }) => ({
      IdentitySource: identitySources,
      JwtConfiguration: jwtConfiguration && {
        Audience: jwtConfiguration.audiences,
        Issuer: jwtConfiguration.issuer,
      },
    }),
  },
  "aws:apigatewayv2/integration:Integration": { call: "apigatewayv2:CreateIntegration" },
  "aws:apigatewayv2/route:Route": { call: "apigatewayv2:CreateRoute" },
  "aws:apigatewayv2/stage:Stage": {
    call: "apigatewayv2:CreateStage",
    names: { name: "StageName" },
    without: ["routeSettings"],
    more: ({ routeSettings = [] }) => ({
      RouteSettings: Object.fromEntries(
        routeSettings.map(({ routeKey, ...settings }: Inputs) => [routeKey, settings]),
      ),
    }),
  },
  "aws:budgets/budget:Budget": {
    call: "budgets:CreateBudget",
    without: ["name", "budgetType", "timeUnit", "limitAmount", "limitUnit", "notifications"],
    more: ({ name, budgetType, timeUnit, limitAmount, limitUnit, notifications = [] }) => ({
      AccountId: "123456789012",
      Budget: {
        BudgetName: name,
        BudgetType: budgetType,
        TimeUnit: timeUnit,
        BudgetLimit: { Amount: limitAmount, Unit: limitUnit },
      },
      NotificationsWithSubscribers: notifications.map(
        ({ subscriberEmailAddresses = [], subscriberSnsTopicArns = [], ...rest }: Inputs) => ({
          Notification: rest,
          Subscribers: [
            ...subscriberEmailAddresses.map((Address: string) => ({
              SubscriptionType: "EMAIL",
              Address,
            })),
            ...subscriberSnsTopicArns.map((Address: string) => ({
              SubscriptionType: "SNS",
              Address,
            })),
          ],
        }),
      ),
    }),
  },
  "aws:cloudwatch/eventArchive:EventArchive": {
    call: "events:CreateArchive",
    names: { name: "ArchiveName" },
  },
  "aws:cloudwatch/eventBus:EventBus": { call: "events:CreateEventBus" },
  "aws:cloudwatch/eventRule:EventRule": { call: "events:PutRule" },
  "aws:cloudwatch/eventTarget:EventTarget": {
    call: "events:PutTargets",
    without: [
      "arn",
      "targetId",
      "input",
      "inputPath",
      "roleArn",
      "retryPolicy",
      "deadLetterConfig",
    ],
    more: ({ rule: _rule, eventBusName: _bus, targetId, ...target }) => ({
      Targets: [{ Id: targetId, ...target }],
    }),
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    call: "logs:CreateLogGroup",
    names: { name: "logGroupName" },
    without: ["retentionInDays"],
    others: ({ name, retentionInDays }) =>
      retentionInDays
        ? [{ call: "logs:PutRetentionPolicy", input: { logGroupName: name, retentionInDays } }]
        : [],
  },
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
    call: "logs:PutMetricFilter",
    names: { name: "filterName", pattern: "filterPattern" },
    without: ["metricTransformation"],
    more: ({ metricTransformation: { name, namespace, value } }) => ({
      metricTransformations: [{ metricName: name, metricNamespace: namespace, metricValue: value }],
    }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    call: "cloudwatch:PutMetricAlarm",
    names: { name: "AlarmName", metricQueries: "Metrics" },
  },
  "aws:cognito/userGroup:UserGroup": {
    call: "cognito-idp:CreateGroup",
    names: { name: "GroupName" },
  },
  "aws:cognito/userPool:UserPool": {
    call: "cognito-idp:CreateUserPool",
    names: { name: "PoolName" },
    without: ["tags", "passwordPolicy"],
    more: ({ passwordPolicy }) => ({ Policies: { PasswordPolicy: passwordPolicy } }),
  },
  "aws:cognito/userPoolClient:UserPoolClient": {
    call: "cognito-idp:CreateUserPoolClient",
    names: { name: "ClientName" },
  },
  "aws:dynamodb/table:Table": {
    call: "dynamodb:CreateTable",
    names: { name: "TableName", serverSideEncryption: "SSESpecification" },
    // Point-in-time recovery and expiry have calls of their own, with nothing in them that could be too long.
    without: [
      ...["attributes", "hashKey", "rangeKey", "globalSecondaryIndexes", "localSecondaryIndexes"],
      ...["streamEnabled", "streamViewType", "pointInTimeRecovery", "ttl"],
    ],
    more: (inputs) => ({
      AttributeDefinitions: inputs.attributes.map(({ name, type }: Inputs) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      KeySchema: keySchema(inputs),
      GlobalSecondaryIndexes: (inputs.globalSecondaryIndexes ?? []).map((index: Inputs) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: index.projectionType },
      })),
      ...(inputs.streamEnabled && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: inputs.streamViewType },
      }),
    }),
  },
  "aws:iam/role:Role": {
    call: "iam:CreateRole",
    names: { name: "RoleName" },
    without: ["assumeRolePolicy", "inlinePolicies", "managedPolicyArns"],
    more: ({ assumeRolePolicy: policy }) => ({
      AssumeRolePolicyDocument: typeof policy === "string" ? policy : JSON.stringify(policy),
    }),
    others: ({ name, inlinePolicies = [] }) =>
      inlinePolicies.map((inline: Inputs) => ({
        call: "iam:PutRolePolicy",
        input: { RoleName: name, PolicyName: inline.name, PolicyDocument: inline.policy },
      })),
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    call: "lambda:CreateEventSourceMapping",
    ...destination,
  },
  "aws:lambda/function:Function": {
    call: "lambda:CreateFunction",
    names: { name: "FunctionName" },
    without: [
      ...["code", "s3Bucket", "s3Key", "sourceCodeHash"], // the code: of no interest here
      "reservedConcurrentExecutions", // a call of its own
    ],
    more: () => ({ Code: {} }),
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
    call: "lambda:PutFunctionEventInvokeConfig",
    ...destination,
  },
  "aws:lambda/functionUrl:FunctionUrl": {
    call: "lambda:CreateFunctionUrlConfig",
    names: { authorizationType: "AuthType" },
  },
  "aws:lambda/permission:Permission": {
    call: "lambda:AddPermission",
    names: { function: "FunctionName" },
    more: ({ statementId }, name) => ({ StatementId: statementId ?? name }),
    without: ["statementId"],
  },
  "aws:scheduler/schedule:Schedule": { call: "scheduler:CreateSchedule" },
  "aws:sesv2/configurationSet:ConfigurationSet": { call: "sesv2:CreateConfigurationSet" },
  "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": {
    call: "sesv2:CreateConfigurationSetEventDestination",
  },
  "aws:sesv2/emailIdentity:EmailIdentity": { call: "sesv2:CreateEmailIdentity" },
  "aws:sfn/stateMachine:StateMachine": {
    call: "stepfunctions:CreateStateMachine",
    without: ["loggingConfiguration"],
    more: ({ loggingConfiguration: { logDestination, ...logging } = {} as Inputs }) => ({
      loggingConfiguration: {
        ...logging,
        ...(logDestination && {
          destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logDestination } }],
        }),
      },
    }),
  },
  "aws:sns/topic:Topic": { call: "sns:CreateTopic", without: ["fifoTopic"] },
  "aws:sns/topicSubscription:TopicSubscription": {
    call: "sns:Subscribe",
    names: { topic: "TopicArn" },
  },
  "aws:sqs/queue:Queue": {
    call: "sqs:CreateQueue",
    names: { name: "QueueName" },
    without: [...Object.keys(queueAttributes), "fifoQueue", "contentBasedDeduplication"],
    more: (inputs) => ({
      Attributes: Object.fromEntries(
        Object.entries(queueAttributes)
          .filter(([key]) => inputs[key] !== undefined)
          .map(([key, name]) => [name, String(inputs[key])]),
      ),
    }),
  },
};

/** Types that AWS has no call for whose input could be too long, each with the reason. */
const nothingToCheck: Record<string, string> = {
  "aws:cloudfront/distribution:Distribution": "has no name",
  "aws:cloudfront/originAccessControl:OriginAccessControl":
    "its name of at most 64 has the stage's 31",
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy":
    "its name of at most 128 has the stage's 31",
  "aws:cognito/userPoolDomain:UserPoolDomain":
    "a name of at most 63: the app's 8, the stage's 31, the account's 12",
  "aws:route53/record:Record": "its names are those that SES gives",
  "aws:ses/domainIdentityVerification:DomainIdentityVerification":
    "waits for SES, and makes nothing",
  "aws:s3/bucketPolicy:BucketPolicy": "PutBucketPolicy takes any text",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "four times yes",
  "aws:s3/bucketV2:BucketV2": "Pulumi gives it a name",
  "aws:s3/bucketObjectv2:BucketObjectv2": "the code of a function, or a file of a page",
  "aws:sqs/queuePolicy:QueuePolicy": "SetQueueAttributes takes any text; infra's tests read it",
};

const split = (call: string, input: Inputs): AwsCall => {
  const [service = "", operation = ""] = call.split(":");
  return { service, operation, input };
};

/** The calls that create a resource; undefined where there is no translation of its type. */
export const callsOf = ({
  type,
  name,
  inputs,
}: Pick<Declared, "type" | "name" | "inputs">): AwsCall[] | undefined => {
  if (type in nothingToCheck) return [];
  const found = translations[type];
  if (!found) return undefined;
  const { call, names = {}, without = [], more, others } = found;
  const input = Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => !without.includes(key))
      .map(([key, value]) => [names[key] ?? key, value]),
  );
  return [
    split(call, { ...input, ...more?.(inputs, name) }),
    ...(others?.(inputs) ?? []).map((next) => split(next.call, next.input)),
  ];
};
