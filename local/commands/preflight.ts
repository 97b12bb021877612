import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { aws } from "../preflight/aws.ts";
import type { Finding } from "../preflight/finding.ts";
import { machine } from "../preflight/machine.ts";
import { online } from "../preflight/network.ts";
import { shopOpens } from "../preflight/shop-opens.ts";

const help = `Checks in about ten seconds whether this machine is ready for a workshop, in sentences.

npm run preflight            this machine
npm run preflight -- --aws   and your AWS account, for those who deploy
  --help                     this text

Exit code: 0 where the workshop can be held, 1 where something keeps it from that.
`;

const SIGNS: Record<Finding["state"], string> = { fine: "ok ", without: "-  ", bad: "NO " };

const command = async () => {
  const { values } = optionsOf({
    args: process.argv.slice(2),
    options: { help: { type: "boolean", short: "h" }, aws: { type: "boolean" } },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  const looks = [...machine, online, shopOpens, ...(values.aws ? aws : [])];
  const found: Finding[] = [];
  for (const look of looks) {
    const finding = await look();
    found.push(finding);
    process.stdout.write(`${SIGNS[finding.state]} ${finding.sentence}\n`);
  }
  const failed = found.filter(({ state }) => state === "bad").length;
  process.stdout.write(
    failed === 0
      ? "\nReady.\n"
      : `\nNot ready: ${failed} of these ${failed === 1 ? "has" : "have"} to be mended first.\n`,
  );
  process.exitCode = failed === 0 ? 0 : 1;
};

command().catch(endOn);
