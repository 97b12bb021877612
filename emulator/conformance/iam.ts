import { equal, match } from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { claimsOf, refused } from "./claim.ts";
import type { Lab } from "./lab.ts";
import { askRaw } from "./raw.ts";

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
    name: "signed-for-another-service",
    claim: "A signature that is made for one service opens no other",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab) {
      const { status, text } = await askRaw(lab, { signedFor: "sqs" });
      equal(status, 400);
      match(text, /InvalidSignatureException.*scoped to correct service: 'dynamodb'/);
    },
  },
  {
    name: "signed-on-another-day",
    claim: "The day in a signature's scope is the day of its date",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab) {
      const { status, text } = await askRaw(lab, { date: "20200101" });
      equal(status, 400);
      match(text, /InvalidSignatureException.*Date in Credential scope does not match YYYYMMDD/);
    },
  },
  {
    name: "host-not-signed",
    claim: "A signature that leaves the host out is refused",
    doc: `${guide}/reference_sigv-create-signed-request.html`,
    async run(lab) {
      const { status, text } = await askRaw(lab, { leaveOut: "host" });
      equal(status, 400);
      match(text, /InvalidSignatureException.*'Host' must be a 'SignedHeader'/);
    },
  },
  {
    name: "clock-of-sts",
    claim: "STS takes a signature that is ten minutes old, DynamoDB does not",
    doc: `${guide}/reference_sigv-troubleshooting.html`,
    async run(lab) {
      const config = { ...lab.config, systemClockOffset: -10 * 60 * 1000, maxAttempts: 1 };
      await new STSClient(config).send(new GetCallerIdentityCommand({}));
      await refused(
        new DynamoDBClient(config).send(new ListTablesCommand({})),
        "InvalidSignatureException",
        /Signature expired: .* - 5 min\./,
      );
    },
  },
  {
    name: "compressed-request",
    claim: "A request may be compressed with gzip, and is refused where it is not what it says",
    doc: "https://docs.aws.amazon.com/sdkref/latest/guide/feature-compression.html",
    async run(lab) {
      const headers = { "content-encoding": "gzip" };
      const packed = await askRaw(lab, { headers, body: gzipSync("{}") });
      match(packed.text, /TableNames/);
      equal((await askRaw(lab, { headers, body: "{}" })).status, 500);
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
