/** Resource types of the graph that need nothing on one machine, each with the reason. */
export const nothingToDo: Record<string, string> = {
  "pulumi:pulumi:Stack": "the frame around all resources",
  "pulumi:providers:aws": "which account and region; the emulator has its own",
  "aws:cloudwatch/logGroup:LogGroup": "function logs are notes, and with --logs on the terminal",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "there are no log groups to write to",
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": "nobody is paged by a laptop",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "nobody is paged by a laptop",
  "aws:cloudwatch/dashboard:Dashboard": "whoever runs this emulator sees what runs",
  "aws:sns/topic:Topic": "only alarms publish to it",
  "aws:sns/topicSubscription:TopicSubscription": "only alarms publish to it",
  "aws:sns/topicPolicy:TopicPolicy": "only alarms publish to it",
  "aws:s3/bucketObjectv2:BucketObjectv2": "functions run from their source, not from a zip file",
  "aws:cognito/userPool:UserPool": "the local issuer stands in its place",
  "aws:cognito/userPoolClient:UserPoolClient":
    "its id is the audience of the local issuer's tokens",
  "aws:cognito/userGroup:UserGroup": "the local accounts carry their groups",
  "aws:apigatewayv2/api:Api":
    "boot/http-apis.ts reads it, with its routes, integrations, authorizers and stage",
  "aws:apigatewayv2/route:Route": "read together with its API",
  "aws:apigatewayv2/integration:Integration": "read together with its API",
  "aws:apigatewayv2/authorizer:Authorizer": "read together with its API",
  "aws:apigatewayv2/stage:Stage": "read together with its API",
};

/** Types that are only names in SST's program, without anything of their own on AWS. */
export const isNothingOnAws = (type: string) =>
  type.startsWith("sst:") || type.startsWith("sst_") || type.startsWith("random:");
