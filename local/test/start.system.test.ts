import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { GetExecutionHistoryCommand, SFNClient } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const start = "local/commands/start.ts";
const graphFile = "infra/graph.json";
const run = (...args: string[]) =>
  spawnSync(process.execPath, [start, ...args], { encoding: "utf8" });

describe("what cannot start says so in one sentence, and exits with 2", () => {
  const graphWith = (
    change: (graph: { resources: object[]; functions: { handler: string }[] }) => void,
  ) => {
    const graph = JSON.parse(readFileSync(graphFile, "utf8"));
    change(graph);
    const file = join(mkdtempSync(join(tmpdir(), "graph-")), "graph.json");
    writeFileSync(file, JSON.stringify(graph));
    return file;
  };

  test.each([
    ["an unknown option", () => ["--fast"], "Unknown option '--fast'. Try --help."],
    ["a port that is none", () => ["--port", "x"], "--port is a port"],
    ["a graph that is not there", () => ["--graph", "nowhere.json"], "nowhere.json is missing"],
    [
      "an unsupported resource",
      () => [
        "--graph",
        graphWith(({ resources }) =>
          resources.push({ type: "aws:kinesis/stream:Stream", name: "Clicks", inputs: {} }),
        ),
      ],
      "The emulator does not have aws:kinesis/stream:Stream, which the graph has as Clicks.",
    ],
    [
      "a missing handler",
      () => [
        "--graph",
        graphWith(({ functions }) => {
          for (const fn of functions.slice(0, 1))
            fn.handler = "services/orders/src/handlers/no.handler";
        }),
      ],
      "There is no file services/orders/src/handlers/no.ts.",
    ],
  ])("%s", (_title, args, sentence) => {
    const { status, stdout, stderr } = run("--port", "0", "--api-port", "0", ...args());
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});

describe("a shop that serves", () => {
  type Ready = {
    api: string;
    aws: string;
    accessKeyId: string;
    secretAccessKey: string;
    accounts: Record<string, { token: string; customerId: string }>;
  };
  let child: ChildProcess;
  let ready: Ready;
  let stderr = "";
  const busy: Server = createServer();

  beforeAll(async () => {
    const port = await new Promise<number>((resolve) =>
      busy.listen(0, "127.0.0.1", () => resolve((busy.address() as { port: number }).port)),
    );
    child = spawn(process.execPath, [start, "--json", "--port", String(port), "--api-port", "0"]);
    child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    ready = await new Promise<Ready>((resolve, reject) => {
      child.stdout?.once("data", (line) => resolve(JSON.parse(line)));
      child.once("exit", () => reject(new Error(stderr)));
    });
    expect(ready.aws).not.toContain(`:${port}`);
    expect(stderr).toContain(`Port ${port} is busy: the AWS endpoint is on`);
  });
  afterAll(() => {
    child?.kill("SIGKILL");
    busy.close();
  });

  const order = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(ready.api + path, {
      ...init,
      headers: { authorization: `Bearer ${ready.accounts.bob?.token}`, ...init.headers },
    });
    const body = (await response.json()) as { orderId: string; status: string | number };
    return { status: response.status, body };
  };

  test("takes an order over HTTP and confirms it; SDK clients see what it became", async () => {
    const placed = await order("/orders", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "one-order-over-http" },
      body: JSON.stringify({
        lines: [{ productId: "prd_collar", quantity: 2 }],
        paymentToken: "tok_approve",
      }),
    });
    expect(placed.status).toBe(202);
    const { orderId } = placed.body;
    await expect
      .poll(async () => (await order(`/orders/${orderId}`)).body.status)
      .toBe("CONFIRMED");

    const { accessKeyId, secretAccessKey } = ready;
    const options = {
      endpoint: ready.aws,
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
    };
    const scan = new ScanCommand({ TableName: "petstore-local-OrdersTableTable" });
    const { Items = [] } = await new DynamoDBClient(options).send(scan);
    expect(JSON.stringify(Items)).toContain(orderId);
    const history = await new SFNClient(options).send(
      new GetExecutionHistoryCommand({
        executionArn: `arn:aws:states:us-east-1:123456789012:execution:petstore-local-FulfilOrder:${orderId}`,
      }),
    );
    expect(history.events?.[0]?.type).toBe("ExecutionStarted");
  });

  test("answers each bad request with a problem", async () => {
    const { status, body } = await order("/orders", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "a-broken-order-here" },
      body: "{",
    });
    expect([status, body.status]).toEqual([400, 400]);
  });

  const portOf = (url: string) => new URL(url).port;
  const command = (file: string, args: string[], env: NodeJS.ProcessEnv = process.env) =>
    spawnSync(process.execPath, [`local/commands/${file}.ts`, ...args], { encoding: "utf8", env });

  test("is found by the commands, whoever else starts and stops; several are told apart by their ports", async () => {
    const another = spawn(process.execPath, [start, "--json", "--port", "0", "--api-port", "0"]);
    const theirs = await new Promise<Ready>((resolve, reject) => {
      another.stdout?.once("data", (line) => resolve(JSON.parse(line)));
      another.once("exit", (code) => reject(new Error(`It ended with ${code}`)));
    });
    const which = command("sign-in", ["alice"]);
    expect(which).toMatchObject({ status: 2, stdout: "" });
    for (const { api } of [ready, theirs]) {
      expect(which.stderr).toContain(`--port ${portOf(api)}`);
      const { stdout } = command("sign-in", ["alice", "--port", portOf(api)]);
      const headers = { authorization: `Bearer ${stdout.trim()}` };
      expect((await fetch(`${api}/orders`, { headers })).status).toBe(200);
    }
    const exited = new Promise((resolve) => another.once("exit", resolve));
    another.kill("SIGKILL");
    await exited;
    expect(command("sign-in", ["alice", "--port", portOf(theirs.api)]).stderr).toContain(
      `No shop is running at port ${portOf(theirs.api)}; there is`,
    );
    expect(command("sign-in", ["alice", "--port", portOf(ready.aws)]).status).toBe(0);
    expect(command("sign-in", ["mallory", "--port", portOf(ready.api)])).toMatchObject({
      status: 2,
      stdout: "",
    });
  });

  test("leaves what commands know of it to its user alone", () => {
    const file = join(".petstore/running", `${portOf(ready.api)}.json`);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8")).aws).toBe(ready.aws);
  });

  test.skipIf(process.platform === "win32")(
    "is what `npm run aws` runs the AWS CLI against, whatever else is set; without a CLI it says so",
    () => {
      const bin = mkdtempSync(join(tmpdir(), "petstore-bin-"));
      const args = ["--port", portOf(ready.aws), "dynamodb", "list-tables"];
      const none = command("aws", args, { PATH: bin });
      expect(none).toMatchObject({ status: 2, stdout: "" });
      expect(none.stderr).toMatch(/^There is no AWS CLI on the PATH: .+\n$/);
      const told = ["KEY=$AWS_ACCESS_KEY_ID", "PROFILE=$AWS_PROFILE", "REGION=$AWS_DEFAULT_REGION"];
      writeFileSync(join(bin, "aws"), `#!/bin/sh\necho "$@" ${told.join(" ")}\nexit 7\n`, {
        mode: 0o755,
      });
      const theirs = { AWS_PROFILE: "production", AWS_SESSION_TOKEN: "x", AWS_REGION: "eu-west-1" };
      const { status, stdout } = command("aws", args, { PATH: bin, ...theirs });
      expect(stdout.trim()).toBe(
        `--endpoint-url ${ready.aws} dynamodb list-tables KEY=${ready.accessKeyId} PROFILE= REGION=us-east-1`,
      );
      expect(status).toBe(7);
    },
  );

  test("stops cleanly when it is interrupted", async () => {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    child.kill("SIGINT"); // a terminal sends it to all, and npm and the launcher pass it on
    expect(await exited).toBe(0);
    expect(existsSync(join(".petstore/running", `${portOf(ready.api)}.json`))).toBe(false);
    await expect(fetch(`${ready.api}/_local/health`)).rejects.toThrow();
  });
});
