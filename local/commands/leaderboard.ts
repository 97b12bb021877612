import { CannotStart } from "emulator/kernel/refusals";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { whatIsDone } from "../lessons/done.ts";
import { enter, standings } from "../lessons/leaderboard.ts";

const help = `Collects what a class has done in the lessons, in a file that all can write: on a share, or passed around. No server.

npm run leaderboard -- --file /share/class.jsonl --as Ada   enters what you have done, and shows the class
npm run leaderboard -- --file /share/class.jsonl            shows the class
  --help                                                    this text
`;

const command = async () => {
  const { values } = optionsOf({
    args: process.argv.slice(2),
    options: {
      help: { type: "boolean", short: "h" },
      file: { type: "string" },
      as: { type: "string" },
    },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  if (!values.file)
    throw new CannotStart("Which file? npm run leaderboard -- --file FILE --as NAME");
  if (values.as !== undefined) enter(values.file, values.as, whatIsDone());
  const { rows, unread } = standings(values.file);
  if (rows.length === 0) process.stdout.write("Nobody is on it yet.\n");
  for (const [i, { name, solved, broken }] of rows.entries())
    process.stdout.write(
      `${String(i + 1).padStart(3)}  ${name.padEnd(40)} ${solved} solved, ${broken} broken\n`,
    );
  if (unread > 0)
    process.stderr.write(`${unread} lines of the file cannot be read, and were passed over.\n`);
};

command().catch(endOn);
