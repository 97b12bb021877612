import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { CannotStart } from "emulator/kernel/refusals";

type Config = ConstructorParameters<typeof SQSClient>[0] &
  ConstructorParameters<typeof LambdaClient>[0] &
  ConstructorParameters<typeof DynamoDBClient>[0];

/** AWS's own clients for what a redrive does. Without a configuration they go where the environment says, as whom it says. */
export const redriveClients = (config: Config = {}) => ({
  sqs: new SQSClient(config),
  lambda: new LambdaClient(config),
  dynamodb: new DynamoDBClient(config),
});

export type Clients = ReturnType<typeof redriveClients>;

/** What AWS's clients throw that whoever runs the command can mend, each in one sentence. */
const refusals: [pattern: RegExp, sentence: (error: Error) => string][] = [
  [
    /^CredentialsProviderError/,
    () => "There are no AWS credentials: sign in, so that `aws sts get-caller-identity` answers.",
  ],
  [
    /^(ExpiredToken|RequestExpired|TokenRefreshRequired)/,
    () => "The AWS credentials have expired: sign in again.",
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|InvalidAccessKeyId|MissingAuthenticationToken)/,
    () => "AWS does not know these credentials: sign in again.",
  ],
  [/^(AccessDenied|NotAuthorized)/, ({ message }) => `Access denied: ${message}`],
  [
    /^(TimeoutError|NetworkingError)|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT/,
    ({ message }) => `AWS cannot be reached: ${message}.`,
  ],
];

/** An error of AWS's as a refusal in one sentence, where it would meet every call alike; else as it is. */
export const asRefusal = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  if (/Region is missing/.test(error.message))
    return new CannotStart("There is no region: set AWS_REGION to the one of the stage.");
  const { code = "" } = error as NodeJS.ErrnoException;
  const found = refusals.find(([pattern]) => pattern.test(error.name) || pattern.test(code));
  return found ? new CannotStart(found[1](error)) : error;
};
