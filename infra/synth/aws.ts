/** The account and region that the graph is drawn for: the emulator's. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

// biome-ignore lint/suspicious/noExplicitAny: whatever SST gives a resource
export type Inputs = Record<string, any>;

const SERVICE: Record<string, (name: string) => string> = {
  "aws:cloudwatch/eventArchive:EventArchive": (name) => regional("events", `archive/${name}`),
  "aws:cloudwatch/eventBus:EventBus": (name) => regional("events", `event-bus/${name}`),
  "aws:cloudwatch/logGroup:LogGroup": (name) => regional("logs", `log-group:${name}`),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name) => regional("cloudwatch", `alarm:${name}`),
  "aws:cognito/userPool:UserPool": (name) => regional("cognito-idp", `userpool/${name}`),
  "aws:dynamodb/table:Table": (name) => regional("dynamodb", `table/${name}`),
  "aws:iam/role:Role": (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  "aws:lambda/function:Function": (name) => regional("lambda", `function:${name}`),
  "aws:scheduler/schedule:Schedule": (name) => regional("scheduler", `schedule/default/${name}`),
  "aws:sesv2/configurationSet:ConfigurationSet": (name) =>
    regional("ses", `configuration-set/${name}`),
  "aws:sesv2/emailIdentity:EmailIdentity": (name) => regional("ses", `identity/${name}`),
  "aws:sfn/stateMachine:StateMachine": (name) => regional("states", `stateMachine:${name}`),
  "aws:sns/topic:Topic": (name) => regional("sns", name),
  "aws:sqs/queue:Queue": (name) => regional("sqs", name),
};

const regional = (service: string, resource: string) =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

/** The local cloud's own secrets, where a stage on AWS has random ones. */
const ofLocalCloud: Record<string, string> = {
  ProviderApiKeyValue: "sandbox-api-key",
  WebhookSecretValue: "sandbox-webhook-secret",
};

/** What AWS would answer to the creation of a resource, as far as others refer to it. */
export const outputsOf = (
  type: string,
  logicalName: string,
  inputs: Inputs,
  stage: string,
): Inputs => {
  const id = logicalName.toLowerCase();
  const name =
    inputs.name ?? inputs.emailIdentity ?? inputs.configurationSetName ?? `petstore-${logicalName}`;
  const arn = SERVICE[type]?.(name);
  switch (type) {
    case "aws:apigatewayv2/api:Api":
      return {
        id,
        name,
        arn: `arn:aws:apigateway:${REGION}::/apis/${id}`,
        apiEndpoint: `https://${id}.execute-api.${REGION}.amazonaws.com`,
        executionArn: regional("execute-api", id),
      };
    case "aws:cloudwatch/eventRule:EventRule": {
      const path = inputs.eventBusName ? `${inputs.eventBusName}/${name}` : name;
      return { id: name, name, arn: regional("events", `rule/${path}`) };
    }
    case "aws:cloudfront/distribution:Distribution":
      return {
        id,
        arn: `arn:aws:cloudfront::${ACCOUNT}:distribution/${id}`,
        domainName: `${id}.cloudfront.net`,
      };
    case "aws:s3/bucketV2:BucketV2":
      return {
        id,
        arn: `arn:aws:s3:::${id}`,
        bucketRegionalDomainName: `${id}.s3.${REGION}.amazonaws.com`,
      };
    case "aws:cognito/userPool:UserPool": {
      const pool = `${REGION}_${logicalName}`;
      return {
        id: pool,
        name,
        arn: regional("cognito-idp", `userpool/${pool}`),
        endpoint: `cognito-idp.${REGION}.amazonaws.com/${pool}`,
      };
    }
    case "aws:dynamodb/table:Table":
      return {
        id: name,
        name,
        arn,
        ...(inputs.streamEnabled && { streamArn: `${arn}/stream/2026-01-01T00:00:00.000` }),
      };
    case "aws:lambda/functionUrl:FunctionUrl":
      return { id, functionUrl: `https://${id}.lambda-url.${REGION}.on.aws/` };
    case "aws:sqs/queue:Queue": {
      const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
      return { id: url, name, arn, url };
    }
    case "random:index/randomBytes:RandomBytes":
      return { id, base64: "QUJD", hex: "414243" };
    case "random:index/randomPassword:RandomPassword":
      return {
        id,
        result: (stage === "local" && ofLocalCloud[logicalName]) || `random-${logicalName}`,
      };
    default:
      // An id must never be empty: policies that mention it silently become undefined.
      return { id: arn ? name : id, ...(arn && { name, arn }) };
  }
};

const single = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);

const policyDocument = ({ statements = [] }: Inputs) => ({
  Version: "2012-10-17",
  Statement: statements.map((s: Inputs) => ({
    Effect: s.effect ?? "Allow",
    Action: single(s.actions),
    Resource: single(s.resources),
    Principal:
      s.principals &&
      Object.fromEntries(s.principals.map((p: Inputs) => [p.type, single(p.identifiers)])),
    Condition:
      s.conditions &&
      Object.fromEntries(
        s.conditions.map((c: Inputs) => [c.test, { [c.variable]: single(c.values) }]),
      ),
  })),
});

/** What AWS answers to a question the program asks while it runs; undefined for one we have no answer to. */
export const answerOf = (question: string, inputs: Inputs): Inputs | undefined => {
  switch (question) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { id: ACCOUNT, accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, userId: "x" };
    case "aws:sesv2/getEmailIdentity:getEmailIdentity":
      // An account that is new. Pulumi reads what its engine says from `details`.
      throw Object.assign(new Error("not found"), { details: "couldn't find resource" });
    case "aws:index/getPartition:getPartition":
      return { id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" };
    case "aws:index/getRegion:getRegion":
      return { id: REGION, region: REGION, name: REGION };
    case "aws:iam/getPolicyDocument:getPolicyDocument":
      return { ...inputs, id: "policy", json: JSON.stringify(policyDocument(inputs)) };
    default:
      return undefined;
  }
};
