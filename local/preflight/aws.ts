import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { bad, type Finding, fine, type Look, without } from "./finding.ts";

/** Of Lambda's concurrency: a new account has 10, and then callers of a busy shop get 503 (docs/deploy.md). */
export const judgeConcurrency = (limit: number): Finding =>
  limit < 100
    ? without(
        `The account may run ${limit} functions at once: enough to look at, callers get 503 under load. Ask for 1,000 (Service Quotas, Lambda, Concurrent executions).`,
      )
    : fine(`The account may run ${limit} functions at once.`);

const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
// A laptop asks no metadata service, and waits for none.
const config = { region: region ?? "us-east-1", maxAttempts: 1 };

const sentenceOf = ({ name, message }: Error) => {
  if (name === "CredentialsProviderError")
    return "There are no AWS credentials: aws configure, aws sso login, or AWS_PROFILE. Only deploying needs them.";
  if (/ExpiredToken/.test(name)) return "Your AWS credentials have expired: aws sso login.";
  return `AWS does not answer to your credentials: ${name}: ${message}`;
};

/** What deploying to an account of one's own needs. */
export const aws: Look[] = [
  async () =>
    region
      ? fine(`The region is ${region}.`)
      : without("No region is set (AWS_REGION): SST takes us-east-1."),
  async () => {
    try {
      const { Account, Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
      return fine(`You are ${Arn} in account ${Account}.`);
    } catch (error) {
      return bad(sentenceOf(error as Error));
    }
  },
  async () => {
    try {
      const { AccountLimit } = await new LambdaClient(config).send(
        new GetAccountSettingsCommand({}),
      );
      return judgeConcurrency(AccountLimit?.ConcurrentExecutions ?? 0);
    } catch (error) {
      return without(`The account's limits are not known: ${(error as Error).name}.`);
    }
  },
];
