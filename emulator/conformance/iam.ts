import { equal, match } from "node:assert/strict";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";

const sts = "https://docs.aws.amazon.com/STS/latest/APIReference";
const guide = "https://docs.aws.amazon.com/IAM/latest/UserGuide";

const stranger = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/EXAMPLE" };

/** What AWS documents of who calls, and how it knows. */
export const iamClaims = claimsOf("iam", [
  {
    name: "caller-identity",
    claim: "GetCallerIdentity says whose key it is",
    doc: `${sts}/API_GetCallerIdentity.html`,
    async run(lab) {
      const { Account, Arn = "", UserId } = await lab.sts.send(new GetCallerIdentityCommand({}));
      match(Account ?? "", /^\d{12}$/);
      match(Arn, new RegExp(`^arn:aws:(iam|sts)::${Account}:`));
      match(UserId ?? "", /./);
    },
  },
  {
    name: "unknown-key",
    claim: "A key that nobody has is refused, by each service in its own words",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab: Lab) {
      const config = { ...lab.config, credentials: stranger };
      await refused(
        new DynamoDBClient(config).send(new ListTablesCommand({})),
        "UnrecognizedClientException",
        /security token included in the request is invalid/,
      );
      await refused(new SQSClient(config).send(new ListQueuesCommand({})), "InvalidClientTokenId");
      await refused(
        new STSClient(config).send(new GetCallerIdentityCommand({})),
        "InvalidClientTokenId",
      );
    },
  },
  {
    name: "no-signature",
    claim: "A request that is not signed is refused",
    doc: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html",
    async run(lab) {
      const { endpoint = `https://dynamodb.${lab.region}.amazonaws.com` } = lab.config;
      const response = await fetch(endpoint, {
        method: "POST",
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": "DynamoDB_20120810.ListTables",
        },
        body: "{}",
      });
      const { __type } = (await response.json()) as { __type: string };
      match(__type, /MissingAuthenticationToken/);
    },
  },
  {
    name: "wrong-secret",
    claim: "A signature that was made with another secret is refused",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab) {
      const { accessKeyId } = await lab.dynamodb.config.credentials();
      const credentials = { accessKeyId, secretAccessKey: stranger.secretAccessKey };
      const client = new DynamoDBClient({ ...lab.config, credentials });
      await refused(client.send(new ListTablesCommand({})), "InvalidSignatureException");
    },
  },
  {
    name: "old-signature",
    claim: "A signature that is an hour old is refused",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab) {
      const systemClockOffset = -60 * 60 * 1000;
      const client = new DynamoDBClient({ ...lab.config, systemClockOffset, maxAttempts: 1 });
      await refused(client.send(new ListTablesCommand({})), "InvalidSignatureException");
    },
  },
  {
    name: "assume-role",
    claim: "AssumeRole gives credentials for a role",
    doc: `${sts}/API_AssumeRole.html`,
    needsRole: true,
    locally: "Refused by name: functions have their role's credentials from the start.",
    async run(lab) {
      const assume = new AssumeRoleCommand({ RoleArn: lab.role, RoleSessionName: "conformance" });
      equal(typeof (await lab.sts.send(assume)).Credentials?.SessionToken, "string");
    },
  },
]);
