import { alarm } from "../observability.ts";
import { logDays, named } from "../stage.ts";
import { allow, trustLambda } from "./allow.ts";
import { neverInLambda } from "./never-in-lambda.ts";
import { withoutSources } from "./source-map.ts";
import "./link.ts";

type Permission = ReturnType<typeof allow>;

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
  /** The alarm rings above so many errors in five minutes. */
  errors?: number;
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
    errors = 0,
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
  alarm(`${name}Errors`, {
    context,
    because: `${name} fails`,
    metric: ["AWS/Lambda", "Errors"],
    dimensions: { FunctionName: fn.name },
    above: errors,
    minutes: 5,
  });
  return fn;
};

/** A step of a saga. It refuses by throwing, so some errors are ordinary business; what they lead to, the saga's own alarms tell. */
export const step = (name: string, path: `${string}/${string}`, options: Options) =>
  lambda(name, path, { ...options, errors: 25 });
