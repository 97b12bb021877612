import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OutsideShop, openOutsideShop } from "./outside-shop.ts";

let shop: OutsideShop;
let directory: string;
/** Stands in for the sign-in of a user pool, which the emulator does not have. */
let cognito: Server;
/** What it answers next: an ID token of one of the local accounts, or an error's name. */
let signsIn: { as: string } | { error: string };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "stage-"));
  shop = await openOutsideShop();
  cognito = createServer((request, response) => {
    const known =
      request.headers["x-amz-target"] === "AWSCognitoIdentityProviderService.InitiateAuth";
    const error = !known ? "UnknownOperation" : "error" in signsIn ? signsIn.error : undefined;
    response.writeHead(error ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    const IdToken = "as" in signsIn && shop.ready.accounts[signsIn.as]?.token;
    response.end(JSON.stringify(error ? { __type: error } : { AuthenticationResult: { IdToken } }));
  });
  await new Promise<void>((resolve) => cognito.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await shop.stop();
  cognito.close();
  rmSync(directory, { recursive: true, force: true });
});

const deployed = (change: object = {}) => {
  const file = join(mkdtempSync(join(directory, "outputs-")), "outputs.json");
  const outputs = {
    stage: "ada",
    api: shop.ready.api,
    issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool",
    client: "client",
    listProduct: "petstore-local-ListProductFunction",
    registerContact: "petstore-local-RegisterContactFunction",
    sender: "ada@example.org",
    ...change,
  };
  writeFileSync(file, JSON.stringify(outputs));
  return file;
};

/** A command as a user runs it, with the endpoints of AWS at the local shop. */
const run = async (
  command: "seed" | "try",
  args: string[],
  env: Record<string, string | undefined> = {},
  readsOn = true,
) => {
  const { accessKeyId, secretAccessKey } = shop.credentials;
  const { port } = cognito.address() as AddressInfo;
  const child = spawn(process.execPath, [`local/commands/${command}.ts`, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_ENDPOINT_URL: shop.ready.aws,
      AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      PETSTORE_EMAIL: "ada@example.org",
      PETSTORE_PASSWORD: "correct horse battery",
      ...env,
    },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  if (!readsOn) child.stdout.destroy();
  const status = await new Promise((resolve) => child.once("close", resolve));
  return { status, stdout, stderr };
};
const onAda = (change?: object) => ["--stage", "ada", "--outputs", deployed(change)];
const here = () => ["--port", new URL(shop.ready.api).port];
const stock = async () => (await shop.api("GET", "/products/prd_collar")).body.available as number;

describe("npm run seed", () => {
  test("lists the catalogue and takes in the delivery once, here and on a stage", async () => {
    const before = await stock();
    signsIn = { as: "admin" };
    for (const args of [here(), onAda()]) {
      const { status, stdout, stderr } = await run("seed", args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/listed +Goldie the goldfish\n[\s\S]+delivered +12 products, once/);
    }
    expect(await stock()).toBe(before);
  });

  test("ends what it began when nobody reads on", async () => {
    const { status, stderr } = await run("seed", here(), {}, false);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("says who may deliver", async () => {
    signsIn = { as: "alice" };
    const { status, stderr } = await run("seed", onAda());
    expect(status).toBe(2);
    expect(stderr).toMatch(/^This user is no administrator: .+\n$/);
  });
});

describe("npm run try", () => {
  test("places an order and follows it to its end, here and on a stage", async () => {
    signsIn = { as: "bob" };
    for (const args of [here(), onAda()]) {
      const { status, stdout, stderr } = await run("try", args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/^(ord_\w+) {2}one bale of hay, ordered\n[\s\S]*\1 {2}CONFIRMED\n$/);
    }
  });

  test("says that no e-mail will come where no sender was named, and goes on", async () => {
    signsIn = { as: "bob" };
    const { status, stdout } = await run("try", onAda({ sender: "" }));
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^The stage was deployed without PETSTORE_SENDER: no e-mail will come\.\n/,
    );
  });

  test.each<[string, () => string[], Record<string, string | undefined>, RegExp]>([
    [
      "has outputs that are not there",
      () => ["--stage", "ada", "--outputs", join(directory, "nothing.json")],
      {},
      /^--outputs .+nothing\.json cannot be read: ENOENT/,
    ],
    [
      "is not the last that was deployed",
      () => ["--stage", "bob", "--outputs", deployed()],
      {},
      /^What was deployed last from this checkout is ada, not bob: /,
    ],
    ["was removed", () => onAda({ stage: undefined }), {}, /left nothing: deploy it/],
    [
      "broke off",
      () => onAda({ client: undefined }),
      {},
      /^The last deployment of ada did not end/,
    ],
    ["has no user named", onAda, { PETSTORE_PASSWORD: undefined }, /^Who\? Set PETSTORE_EMAIL/],
    [
      "has an API that is gone",
      () => onAda({ api: "http://127.0.0.1:1" }),
      {},
      /^The API of the stage ada does not answer at http:\/\/127\.0\.0\.1:1: /,
    ],
    [
      "finds no credentials",
      onAda,
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      /^There are no AWS credentials: sign in, so that `aws sts get-caller-identity` answers\.\n$/,
    ],
    [
      "has lost a function",
      () => onAda({ registerContact: "petstore-ada-Gone" }),
      {},
      /^There is no function petstore-ada-Gone: deploy it/,
    ],
    ["has no name", () => ["--stage", ""], {}, /^"" is no name for a stage/],
    ["has a name that none can have", () => ["--stage", "../x"], {}, /is no name for a stage/],
    [
      "is named beside a shop here",
      () => [...here(), "--stage", "ada"],
      {},
      /^--port is of a running shop, --stage of one on AWS/,
    ],
    [
      "is not named, but its outputs are",
      () => ["--outputs", deployed()],
      {},
      /which with --stage/,
    ],
  ])("says in one sentence when a stage %s", async (_what, args, env, sentence) => {
    signsIn = { as: "bob" };
    const { status, stderr } = await run("try", args(), env);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });

  test.each([
    ["NotAuthorizedException", /^The stage has no user ada@example\.org with this password/],
    ["UserNotConfirmedException", /^ada@example\.org is not confirmed yet/],
    ["TooManyRequestsException", /^Cognito did not sign ada@example\.org in: TooManyRequests/],
  ])("says in one sentence why the user pool refuses: %s", async (error, sentence) => {
    signsIn = { error };
    const { status, stderr } = await run("try", onAda());
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(status).toBe(2);
  });
});
