import { createRequire } from "node:module";
import { AwsError } from "../kernel/engine.ts";
import { type Convert, sdkCodec } from "./sdk-codec.ts";
import { sdkRetries } from "./sdk-retries.ts";

/** What SDK clients of one function instance do instead of sending: an API call in the wire protocol's JSON. */
type Dispatch = (service: string, operation: string, input: unknown) => Promise<unknown>;

/** What an instance lends to the clients made in it. */
export type SdkHost = {
  dispatch: Dispatch;
  /** Waits, on the clock. */
  wait: (ms: number) => Promise<void>;
  random: () => number;
  uuid: () => string;
  /** Is told how what a client counts begins anew. */
  renewed: (begin: () => void) => void;
};

const services: Record<string, string> = {
  "client-dynamodb": "dynamodb",
  "client-dynamodb-streams": "streams",
  "client-eventbridge": "events",
  "client-lambda": "lambda",
  "client-scheduler": "scheduler",
  "client-sesv2": "ses",
  "client-sfn": "states",
  "client-sqs": "sqs",
  "client-sts": "sts",
};

// biome-ignore lint/suspicious/noExplicitAny: the SDK's modules are read by name
type Module = Record<string, any>;

type Command = { input: object; schema: unknown[]; constructor: { name: string } };
type DocumentCommand = {
  input: object;
  inputKeyNodes: unknown;
  outputKeyNodes: unknown;
  clientCommand: Command;
  addMarshallingMiddleware: (configuration: object) => void;
};
type Retries = ReturnType<typeof sdkRetries>;
type Self = { config: object; retries: Retries };
type SendOptions = { abortSignal?: AbortSignal };

const refuseStack = new Proxy(
  {},
  {
    get: (_, name) => {
      throw new Error(
        `The inline runtime does not run an SDK client's middleware (${String(name)}).`,
      );
    },
  },
);

/** An SDK package as it is for all instances: its module, its converters, its exceptions. */
const describePackage = (path: string, name: string) => {
  const real: Module = createRequire(path)(path);
  const service = services[name];
  if (!service) throw new Error(`The inline runtime has no dispatch for @aws-sdk/${name}.`);
  const { toWire, fromWire } = sdkCodec(path);
  const Base = Object.entries(real).find(
    ([key]) => key.endsWith("ServiceException") && key !== "ServiceException",
  )?.[1];

  const exceptionOf = (error: AwsError) => {
    const { code, message, status, fields } = error;
    const Typed = real[code] ?? Base;
    const $metadata = { httpStatusCode: status, attempts: 1, totalRetryDelay: 0 };
    const $fault = status < 500 ? "client" : "server";
    const convert: Convert | undefined = real[`${code}$`] && fromWire(real[`${code}$`]);
    const extra = convert ? (convert(fields, () => "") as object) : structuredClone(fields);
    return Object.assign(new Typed({ name: code, message, $fault, $metadata, ...extra }), {
      ...extra,
      name: code,
      message,
    });
  };

  const converters = new Map<unknown, { input: Convert; output: Convert }>();
  const convertersOf = ({ schema }: Command) => {
    const known = converters.get(schema);
    if (known) return known;
    const made = { input: toWire(schema[4]), output: fromWire(schema[5]) };
    converters.set(schema, made);
    return made;
  };

  /** Sends one command, with the SDK's retries. */
  const send = async (
    command: Command,
    input: object,
    retries: Retries,
    { dispatch, wait, random, uuid }: SdkHost,
  ) => {
    const { input: toInput, output: toOutput } = convertersOf(command);
    const sent = toInput(input, uuid);
    const operation = command.constructor.name.replace(/Command$/, "");
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await dispatch(service, operation, sent);
        retries.succeeded(attempt);
        return {
          $metadata: { httpStatusCode: 200, attempts: attempt + 1, totalRetryDelay: 0 },
          ...(toOutput(answer ?? {}, uuid) as object),
        };
      } catch (error) {
        const delay = retries.delayAfter(error, attempt, random);
        if (delay === undefined) throw error instanceof AwsError ? exceptionOf(error) : error;
        await wait(delay);
      }
    }
  };
  const clients = Object.entries(real).filter(
    ([, value]) =>
      typeof value === "function" &&
      typeof value.prototype?.send === "function" &&
      value !== real.__Client,
  );
  return { real, service, send, clients };
};

const packages = new Map<string, ReturnType<typeof describePackage>>();
const packageAt = (path: string, name: string) => {
  const known = packages.get(path) ?? describePackage(path, name);
  packages.set(path, known);
  return known;
};

const abortable = <T>(work: Promise<T>, signal?: AbortSignal): Promise<T> => {
  if (!signal) return work;
  const aborted = () => Object.assign(new Error("Request aborted"), { name: "AbortError" });
  if (signal.aborted) return Promise.reject(aborted());
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(aborted()), { once: true });
    work.then(resolve, reject);
  });
};

/** A constructor whose instances have the real client's prototype, but send in their own way. */
const clientLike = (
  Real: { prototype: object },
  service: string,
  renewed: SdkHost["renewed"],
  send: (self: Self, command: never) => Promise<unknown>,
) => {
  function Client(this: Self, config: object = {}) {
    const { maxAttempts } = config as { maxAttempts?: number };
    const begin = () => {
      this.retries = sdkRetries(service, maxAttempts);
    };
    begin();
    renewed(begin);
    Object.assign(this, { config: { ...config }, middlewareStack: refuseStack });
  }
  Client.prototype = Object.create(Real.prototype, {
    constructor: { value: Client },
    send: {
      value(this: Self, command: never, options?: SendOptions) {
        return abortable(send(this, command), options?.abortSignal);
      },
    },
    destroy: { value: () => {} },
  });
  return Client;
};

/** The SDK's module with some members of another kind. */
const overlay = (real: Module, mine: Module): Module =>
  Object.create(real, Object.getOwnPropertyDescriptors(mine));

type Marshaller = (
  next: (args: { input: object }) => Promise<{ output: object }>,
  context: object,
) => (args: { input: object }) => Promise<{ output: object }>;

const documentPackages = new Map<string, { real: Module; plain: ReturnType<typeof packageAt> }>();
const documentPackageAt = (path: string) => {
  const known = documentPackages.get(path);
  if (known) return known;
  const require = createRequire(path);
  const plain = packageAt(require.resolve("@aws-sdk/client-dynamodb"), "client-dynamodb");
  const made = { real: require(path) as Module, plain };
  documentPackages.set(path, made);
  return made;
};

/** The document library: its own marshalling around the plain client's sending. */
const documentLibrary = (path: string, host: SdkHost): Module => {
  const { real, plain } = documentPackageAt(path);
  const clientOf = (Real: { prototype: object }) => {
    type Either = DocumentCommand | Command;
    const Client = clientLike(
      Real,
      "dynamodb",
      host.renewed,
      async ({ config, retries }, command: Either) => {
        if (!("clientCommand" in command)) return plain.send(command, command.input, retries, host);
        const marshallers: Record<string, Marshaller> = {};
        const { inputKeyNodes, outputKeyNodes, clientCommand } = command;
        const middlewareStack = {
          addRelativeTo: (middleware: Marshaller, { name }: { name: string }) => {
            marshallers[name] = middleware;
          },
        };
        command.addMarshallingMiddleware.call(
          { inputKeyNodes, outputKeyNodes, clientCommand: { middlewareStack } } as never,
          config,
        );
        const sending = async ({ input }: { input: object }) => ({
          output: await plain.send(clientCommand, input, retries, host),
        });
        const { DocumentMarshall, DocumentUnmarshall } = marshallers;
        if (!DocumentMarshall || !DocumentUnmarshall)
          throw new Error("This version of @aws-sdk/lib-dynamodb marshalls in another way.");
        const handle = DocumentMarshall(DocumentUnmarshall(sending, {}), {});
        return (await handle({ input: command.input })).output;
      },
    );
    const from = ({ config }: { config: object }, translateConfig?: object) =>
      Reflect.construct(Client, [{ ...config, translateConfig }]);
    return Object.assign(Client, { from });
  };
  return overlay(real, {
    DynamoDBDocumentClient: clientOf(real.DynamoDBDocumentClient),
    DynamoDBDocument: clientOf(real.DynamoDBDocument),
  });
};

const names = new Map<string, string>();
const packageName = (path: string): string => {
  const known = names.get(path);
  if (known !== undefined) return known;
  const marker = "node_modules/@aws-sdk/";
  const at = path.lastIndexOf(marker);
  const name = at < 0 ? "" : (path.slice(at + marker.length).split("/")[0] ?? "");
  names.set(path, name);
  return name;
};

/** The SDK package at a path, with clients that dispatch at `send`; undefined for what is no client. */
export const inlineSdk = (path: string, host: SdkHost): Module | undefined => {
  const name = packageName(path);
  if (name === "lib-dynamodb") return documentLibrary(path, host);
  if (!name.startsWith("client-")) return undefined;
  const { real, service, send, clients } = packageAt(path, name);
  return overlay(
    real,
    Object.fromEntries(
      clients.map(([key, Real]) => [
        key,
        clientLike(Real, service, host.renewed, ({ retries }, command: Command) =>
          send(command, command.input, retries, host),
        ),
      ]),
    ),
  );
};
