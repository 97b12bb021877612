import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { ACCOUNT, answerOf, type Inputs, outputsOf, REGION } from "./aws.ts";
import { platformIn } from "./install.ts";

/** A resource that the program declared: what it asked for, and what AWS would answer. */
export type Declared = {
  type: string;
  name: string;
  inputs: Inputs;
  outputs: Inputs;
  /** Whether AWS keeps it when its definition goes. */
  kept?: true;
};

/** A function as the program hands it to SST's bundler. */
export type Target = { functionID: string; handler: string; links: Record<string, Inputs> };

/** Everything the program did. `failures` is empty when it would have deployed, as far as can be seen from here. */
export type Evaluation = {
  app: Inputs;
  resources: Declared[];
  targets: Target[];
  failures: string[];
};

/** Strips what Pulumi wraps around secrets. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (!value || typeof value !== "object") return value;
  const SIGNATURE = "4dabf18193072939515e22adb298388d";
  const SECRET = "1b47061264138c4ac30d75fd1eb44270";
  const object = value as Inputs;
  if (object[SIGNATURE] === SECRET) return plain(object.value);
  return Object.fromEntries(Object.entries(object).map(([key, inner]) => [key, plain(inner)]));
};

/** The `sst` binary's side of a deployment: SST's components ask it over HTTP for the bundles of functions. */
const standInForSst = async (answers: Record<string, (input: Inputs) => unknown>) => {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, params } = JSON.parse(body);
    const answer = answers[method];
    response.end(
      JSON.stringify(answer ? { result: answer(params[0]) } : { error: `No answer to ${method}` }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address() as { port: number };
  return { server, url: `http://127.0.0.1:${port}` };
};

/**
 * Evaluates sst.config.ts with SST's own components, with Pulumi's engine replaced by mocks. It bundles the
 * program as `sst` does (pkg/project/run.go) and depends on these internals of the pinned version of SST.
 * Call it once in a process: the state of Pulumi's runtime is global.
 */
export const evaluate = async (root: string, stage: string): Promise<Evaluation> => {
  const work = join(root, ".sst");
  const platform = platformIn(root);
  const load = createRequire(join(platform, "package.json"));
  const esbuild = load("esbuild");
  const pulumi = load("@pulumi/pulumi");
  const crypto = load("node:crypto");
  const providers: Inputs[] = JSON.parse(readFileSync(join(work, "provider-lock.json"), "utf8"));

  const bundle = (outfile: string, code: string, define: Record<string, string>, globals: string) =>
    esbuild.build({
      stdin: { contents: code, resolveDir: root, sourcefile: "synth.ts", loader: "ts" },
      banner: {
        js: [
          `import { createRequire as __createRequire } from "node:module";`,
          `import { fileURLToPath as __toPath } from "node:url";`,
          "const require = __createRequire(import.meta.url);",
          `const __filename = __toPath(import.meta.url), __dirname = __toPath(new URL(".", import.meta.url));`,
          define.$app ? "" : "const $config = (config) => config;",
        ].join("\n"),
      },
      mainFields: ["module", "main"],
      format: "esm",
      platform: "node",
      target: "es2022",
      bundle: true,
      outfile,
      define,
      inject: define.$app ? [join(platform, "src", "shim", "run.js")] : [],
      logLevel: "error",
      nodePaths: [join(platform, "node_modules")],
      external: ["@pulumi/*", "@aws-sdk/*", "undici", "esbuild", "archiver", "glob", "vite"],
      plugins: [
        {
          name: "the globals of sst.config.ts: sst, aws",
          setup: (build: Inputs) =>
            build.onLoad({ filter: /\.ts$/ }, ({ path }: { path: string }) =>
              path.includes(`${sep}.sst${sep}`)
                ? undefined
                : { contents: `${globals}\n${readFileSync(path, "utf8")}`, loader: "ts" },
            ),
        },
      ],
    });

  const config = JSON.stringify(join(root, "sst.config.ts"));
  const [appFile, runFile] = ["app", "run"].map((part) =>
    join(platform, `synth.${part}.${process.pid}.mjs`),
  ) as [string, string];
  const resources: Declared[] = [];
  const targets: Target[] = [];
  const failures: string[] = [];

  // What SST's bundler would leave for a function.
  const built = join(work, "synth");
  mkdirSync(built, { recursive: true });
  writeFileSync(join(built, "index.mjs"), "export const handler = () => {};\n");
  const { server, url } = await standInForSst({
    "Provider.Aws.Bootstrap": () => ({
      asset: "sst-asset",
      assetEcrRegistryId: ACCOUNT,
      assetEcrUrl: "sst-asset",
      state: "sst-state",
    }),
    "Runtime.AddTarget": () => true,
    "Runtime.Build": (target) => {
      targets.push(target as Target);
      if (!existsSync(join(root, target.handler.replace(/\.\w+$/, ".ts"))))
        failures.push(`${target.functionID}: there is no handler ${target.handler}`);
      return { handler: "index.handler", out: built, errors: [], sourcemaps: [] };
    },
  });
  process.env.SST_SERVER = url;
  process.env.SST_AWS_REGION = REGION;
  // SST ends each physical name with a hash of eight random bytes: the same ones here, every time.
  const { randomBytes } = crypto;
  crypto.randomBytes = (size: number, ...rest: unknown[]) =>
    size === 8 && rest.length === 0 ? Buffer.alloc(8) : randomBytes(size, ...rest);
  process.on("unhandledRejection", (error: Error) => failures.push(error?.stack ?? String(error)));

  try {
    await bundle(appFile, `import config from ${config}; export default config;`, {}, "");
    let declared: Inputs;
    try {
      declared = await (await import(pathToFileURL(appFile).href)).default.app({ stage });
    } catch (error) {
      return { app: {}, resources, targets, failures: [(error as Error).message] };
    }
    const app = { removal: "retain", ...declared, stage };
    const paths = { home: work, root, work, platform };
    const cli = { command: "deploy", dev: false, paths, state: { version: {} } };

    pulumi.runtime.setAllConfig({ "aws:region": REGION });
    await pulumi.runtime.setMocks(
      {
        call: ({ token, inputs }: { token: string; inputs: Inputs }) => {
          const answer = answerOf(token, plain(inputs) as Inputs);
          if (!answer) failures.push(`The program asks AWS for ${token}`);
          return answer ?? inputs;
        },
        newResource: ({ type, name, inputs: wrapped }: Declared) => {
          const inputs = plain(wrapped) as Inputs;
          const { id, ...state } = outputsOf(type, name, inputs, stage);
          resources.push({ type, name, inputs, outputs: { id, ...state } });
          return { id, state: { ...inputs, ...state } };
        },
      },
      app.name,
      stage,
      false,
    );

    // The mocks hand on what a resource is made of, not what is to become of it.
    const kept = new Set<string>();
    const monitor = pulumi.runtime.getMonitor();
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request: Inputs, callback: unknown) => {
      if (request.getRetainondelete()) kept.add(`${request.getType()} ${request.getName()}`);
      return register(request, callback);
    };

    const globals = [
      ...providers.map((p) => `import * as ${p.alias} from ${JSON.stringify(p.package)};`),
      `import * as sst from ${JSON.stringify(join(platform, "src", "components"))};`,
    ].join("\n");
    const run = JSON.stringify(join(platform, "src", "auto", "run.ts"));
    await bundle(
      runFile,
      `import { run } from ${run}; import config from ${config}; export default () => run(config.run);`,
      { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: "false" },
      globals,
    );
    const program = (await import(pathToFileURL(runFile).href)).default;
    await pulumi.runtime.runInPulumiStack(program);
    // As in Pulumi's own host: the program is over when nothing is left to do, not when run() returns.
    await new Promise<void>((resolve) => {
      process.once("beforeExit", () => {
        setImmediate(() => {}); // keeps the process alive for what follows
        resolve();
      });
    });
    for (const one of resources) if (kept.has(`${one.type} ${one.name}`)) one.kept = true;
    return { app, resources, targets, failures };
  } finally {
    server.close();
    for (const file of [appFile, runFile]) rmSync(file, { force: true });
  }
};
