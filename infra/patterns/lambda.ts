import { alarm } from "../observability.ts";
import { logDays, named } from "../stage.ts";
import { allow, trustLambda } from "./allow.ts";
import { neverInLambda } from "./never-in-lambda.ts";
import { withoutSources } from "./source-map.ts";
import "./link.ts";

type Permission = ReturnType<typeof allow>;

/** Which errors ring: the first one, a steady stream of a few, a flood, or none. */
type Errors = "first" | "stream" | "flood" | "never";

const rings = {
  first: { above: 0 },
  // In three of the last twelve: what is tried again every few minutes for hours is heard within one.
  stream: { above: 0, of: [3, 12] },
  flood: { above: 25 },
} satisfies Record<Exclude<Errors, "never">, { above: number; of?: [number, number] }>;

type Options = {
  /** What the code finds under `Resource`: names, no rights. */
  link?: unknown[];
  /** All it may do. */
  permissions?: Permission[];
  memory?: `${number} MB`;
  /** In seconds. */
  timeout?: number;
  /** Where an asynchronous invocation goes that failed three times. */
  deadLetters?: sst.aws.Queue;
  /** A public HTTPS address of its own. */
  url?: boolean;
  /** When errors ring. "never" for what a queue tells of: a message in it rings. */
  errors?: Errors;
};

/**
 * One Lambda: `path` is "orders/start-fulfilment" for services/orders/src/handlers/start-fulfilment.ts. Its role
 * can do what `permissions` say, write its own log, and nothing else.
 */
export const lambda = (
  name: string,
  path: `${string}/${string}`,
  {
    link = [],
    permissions = [],
    memory = "512 MB",
    timeout = 10,
    deadLetters,
    url,
    errors = "first",
  }: Options,
) => {
  const [context, file] = path.split("/") as [string, string];
  const tags = { context };
  const logs = new aws.cloudwatch.LogGroup(`${name}Logs`, {
    name: `/aws/lambda/${named(name)}`,
    retentionInDays: logDays,
    tags,
  });
  const fn = new sst.aws.Function(name, {
    handler: `services/${context}/src/handlers/${file}.handler`,
    description: `${context}: ${file}`,
    runtime: "nodejs24.x",
    architecture: "arm64",
    memory,
    timeout: `${timeout} seconds`,
    logging: { format: "json", logGroup: logs.name },
    nodejs: {
      minify: true,
      sourcemap: true,
      esbuild: { mainFields: ["module", "main"], external: neverInLambda },
    },
    hook: { postbuild: withoutSources },
    environment: { NODE_OPTIONS: "--enable-source-maps" },
    link,
    permissions: [
      ...permissions,
      allow($interpolate`${logs.arn}:*`, "logs:CreateLogStream", "logs:PutLogEvents"),
      ...(deadLetters ? [allow(deadLetters.arn, "sqs:SendMessage")] : []),
    ],
    ...(url ? { url: { cors: false } } : {}),
    tags,
    transform: {
      role: {
        // SST attaches a managed policy that may write any log; the statement above replaces it.
        managedPolicyArns: [],
        // And lets the whole account assume the role, which only `sst dev` needs.
        ...(!$dev && { assumeRolePolicy: trustLambda }),
        tags,
      },
      ...(deadLetters && { function: { deadLetterConfig: { targetArn: deadLetters.arn } } }),
    },
  });
  if (errors !== "never")
    alarm(`${name}Errors`, {
      context,
      because: `${name} fails`,
      metric: ["AWS/Lambda", "Errors"],
      dimensions: { FunctionName: fn.name },
      minutes: 5,
      ...rings[errors],
    });
  return fn;
};

/**
 * A step of a saga: it is tried again, so a single error is none, and a stream of them rings. One that `refuses` by throwing
 * does so in the ordinary course of business: only a flood rings. An order that it keeps from ending rings by OldestOpenOrder.
 */
export const step = (
  name: string,
  path: `${string}/${string}`,
  { refuses = false, ...options }: Options & { refuses?: boolean },
) => lambda(name, path, { ...options, errors: refuses ? "flood" : "stream" });
