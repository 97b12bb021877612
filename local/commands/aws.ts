import { spawn } from "node:child_process";
import { CannotStart } from "emulator/kernel/refusals";
import { endOn } from "../command-line.ts";
import { theShop } from "../running.ts";

const help = `Runs the AWS CLI against the shop that runs, with endpoint, region and credentials set:

  npm run aws -- dynamodb list-tables
  npm run aws -- --port 3001 dynamodb list-tables   which shop, where several run: a port of its own
`;

/** Whatever of the caller's own could send a call elsewhere, or sign it as somebody else. */
const THEIRS =
  /^AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|SECURITY_TOKEN|ENDPOINT_URL.*|.*ROLE_.*)$/;

const aws = async () => {
  const [, , ...args] = process.argv;
  if (args.length === 0 || args[0] === "--help") return void process.stdout.write(help);
  const port = args[0] === "--port" ? args.splice(0, 2)[1] : undefined;
  const shop = await theShop(port);
  const theirs = Object.entries(process.env).filter(([name]) => !THEIRS.test(name));
  const local = [process.env.NO_PROXY, "127.0.0.1"].filter(Boolean).join(",");
  // Said as an option, too: the CLI knows AWS_ENDPOINT_URL from 1.29 and 2.13 on (Debian 12 has 2.9).
  const child = spawn("aws", ["--endpoint-url", shop.aws, ...args], {
    stdio: "inherit",
    env: {
      ...Object.fromEntries(theirs),
      AWS_ACCESS_KEY_ID: shop.accessKeyId,
      AWS_SECRET_ACCESS_KEY: shop.secretAccessKey,
      AWS_ENDPOINT_URL: shop.aws,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      NO_PROXY: local,
      no_proxy: local,
    },
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => resolve(code ?? 1));
    child.once("error", ({ code, message }: NodeJS.ErrnoException) =>
      reject(
        new CannotStart(
          code === "ENOENT"
            ? "There is no AWS CLI on the PATH: install it (pip install awscli, or https://aws.amazon.com/cli)."
            : `The AWS CLI cannot be started: ${message}.`,
        ),
      ),
    );
  });
};

aws().catch(endOn);
