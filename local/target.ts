import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CannotStart } from "emulator/kernel/refusals";
import { asRefusal } from "./redrive/clients.ts";
import { theShop } from "./running.ts";

/** A shop that a command works on from outside: the one that runs here, or a stage on AWS. */
export type Target = {
  /** As a sentence names it: "the shop that runs here". */
  name: string;
  api: string;
  /** A token of somebody who may do this. */
  token: (as: "administrator" | "customer") => Promise<string>;
  /** Calls a function by its name in the infrastructure, under the user's own credentials. */
  invoke: (fn: "ListProduct" | "RegisterContact", payload: unknown) => Promise<void>;
  /** What the user should know of it before. */
  warnings: string[];
};

/** Where a stage's functions are called, and what they are called there. Without credentials, those of the environment. */
type Functions = {
  config: ConstructorParameters<typeof LambdaClient>[0];
  names: Record<"ListProduct" | "RegisterContact", string>;
  /** What helps where a function is not there. */
  cure: string;
};

/** Calls functions of a shop through Lambda's API. */
export const invoker =
  ({ config, names, cure }: Functions): Target["invoke"] =>
  async (fn, payload) => {
    const FunctionName = names[fn];
    const client = new LambdaClient(config ?? {});
    const Payload = Buffer.from(JSON.stringify(payload));
    const answer = await client
      .send(new InvokeCommand({ FunctionName, Payload }))
      .catch((error: unknown) => {
        if ((error as Error).name === "ResourceNotFoundException")
          throw new CannotStart(`There is no function ${FunctionName}: ${cure}`);
        throw asRefusal(error);
      });
    if (answer.FunctionError)
      throw new Error(`${FunctionName} failed: ${Buffer.from(answer.Payload ?? "").toString()}`);
  };

/** The shop that runs here. Throws CannotStart where there is none, or several and none was named. */
export const shopHere = async (port?: string): Promise<Target> => {
  const { api, aws, token: key, accessKeyId, secretAccessKey } = await theShop(port);
  return {
    name: "the shop that runs here",
    api,
    warnings: [],
    async token(as) {
      const who = as === "administrator" ? "admin" : "alice";
      const response = await fetch(`${api}/_local/token/${who}?format=json&token=${key}`);
      return ((await response.json()) as { token: string }).token;
    },
    invoke: invoker({
      config: {
        endpoint: aws,
        region: "us-east-1",
        credentials: { accessKeyId, secretAccessKey },
      },
      names: {
        ListProduct: "petstore-local-ListProductFunction",
        RegisterContact: "petstore-local-RegisterContactFunction",
      },
      cure: "start the shop again.",
    }),
  };
};

/** Asks a shop's API; what cannot be reached is said in a sentence. */
export const askApi = async (
  { api, name }: Target,
  path: string,
  { token, key, body }: { token?: string; key?: string; body?: unknown } = {},
) => {
  const response = await fetch(`${api.replace(/\/$/, "")}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(key && { "idempotency-key": key }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: Error) => {
    throw new CannotStart(
      `The API of ${name} does not answer at ${api}: ${(error.cause as Error | undefined)?.message || error.message}.`,
    );
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
  const answer: any = /^\s*[{[]/.test(text) ? JSON.parse(text) : { detail: text };
  return {
    status: response.status,
    ...{ answer, detail: answer.detail ?? answer.message ?? text },
  };
};
