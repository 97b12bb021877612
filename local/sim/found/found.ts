import { fileURLToPath } from "node:url";
import { readPlan } from "../plan-file.ts";

/** What was found by running shops, defects of ours and of the simulator: what is promised to whom, and the plan that broke it. Each is mended. */
export const found = [
  {
    file: "a-later-run-leaves-the-card-authorised.json",
    what: "I8 F41 a customer whose order was rejected has no money held on their card: a later run that is refused at an earlier step voids what the first had authorised",
  },
  {
    file: "an-e-mail-is-overtaken-on-its-way.json",
    what: "I13 F64 a customer's last e-mail is not that a cancelled order is confirmed, where the mail service took long to take that one",
  },
  {
    file: "an-e-mail-is-overtaken-before-it-leaves.json",
    what: "I13 F64 nor where the answer to its claim came late",
  },
  {
    file: "a-resumed-order-whose-event-is-dead.json",
    what: "I8 F34 an order that a person resumed is paid and sold, although its event went to the dead letters: the sweeper of sagas looks after it",
  },
].map(({ file, what }) => ({
  file,
  what,
  plan: () => readPlan(fileURLToPath(new URL(file, import.meta.url))),
}));
