import type { Command, Control } from "../command.ts";
import { findOrder, freshKey, placeOrder } from "../orders.ts";
import { refuse } from "../told.ts";

const hypothesis =
  "No order ends in silence: what the machine cannot finish calls for a person, who resumes or closes it.";

const LOOK_EVERY_MS = 250;
const PATIENCE_MS = 300_000;
/** A saga that somebody stopped begins again twice; after the third time a person has to look. */
const RUNS = 3;

const machines = ({ shop }: Control): string[] =>
  shop.graph.resources
    .filter(({ type }) => type.endsWith(":StateMachine"))
    .map(({ outputs }) => outputs.arn);

const runningOf = async (control: Control, orderId: string): Promise<string[]> => {
  const found: string[] = [];
  for (const stateMachineArn of machines(control)) {
    const asked = { stateMachineArn, statusFilter: "RUNNING" };
    const { executions } = await control.quiet.call("states", "ListExecutions", asked);
    for (const { name, executionArn } of executions)
      if (/^([-_]\d+)*$/.test(String(name).replace(orderId, ""))) found.push(executionArn);
  }
  return found;
};

/** Stops every run of an order's saga as it begins, as a person in the Step Functions console would. */
const stopEachRun = (control: Control, orderId: string) => {
  const { shop, faults } = control;
  const { clock } = shop.cloud;
  const { hit } = faults.arm({
    what: `Each run of the saga of ${orderId} is stopped.`,
    hypothesis,
    times: RUNS,
    ms: PATIENCE_MS,
    // The order may not be there then, and nobody knows which of its runs were stopped.
    endsWhenPutBack: "ever",
  });
  const stopped = new Set<string>();
  const look = async () => {
    for (const executionArn of await runningOf(control, orderId)) {
      if (stopped.has(executionArn)) continue;
      if (!hit()) return;
      stopped.add(executionArn);
      const cause = "Stopped by the command attention";
      await shop.call("states", "StopExecution", { executionArn, error: "Stopped", cause });
    }
    if (stopped.size < RUNS && faults.list().some(({ what }) => what.includes(orderId)))
      clock.after(LOOK_EVERY_MS, `stop the saga of ${orderId}`, look);
  };
  clock.after(0, `stop the saga of ${orderId}`, look);
};

/** `attention`: brings an order to where a person has to decide. */
export const attention: Command = {
  name: "attention",
  title: "Call for a person",
  usage: "attention [ORDER]",
  tells:
    "brings an order that is under way, or a new one, into NEEDS_ATTENTION: somebody stops its saga three times, unless time is put back meanwhile",
  hypothesis,
  example: "attention",
  async run(control, words) {
    const [word, more] = words;
    if (more) refuse("Which order? One id, or nothing for a new order.");
    const { shop } = control;
    const lines = [{ productId: "prd_hay", quantity: 1 }];
    let orderId = word;
    if (orderId === undefined) {
      const wish = { as: "alice", lines, card: "tok_late", key: freshKey("attention") };
      const placed = await placeOrder(shop, wish);
      orderId = placed.orderId ?? refuse(`The API did not take an order: ${placed.status}.`);
    } else {
      const order = await findOrder(shop, orderId);
      if (!order) return refuse(`There is no order ${orderId} of anybody's here.`);
      if (order.status !== "PENDING" && (await runningOf(control, orderId)).length === 0)
        refuse(
          `${orderId} is ${order.status} and in nobody's hands: take one that is under way, or none for a new one.`,
        );
    }
    stopEachRun(control, orderId);
    return {
      said: `Somebody stops the saga of ${orderId}, and each run that RecoverSaga begins after it.`,
      next: `After the third run ${orderId} is NEEDS_ATTENTION, within a minute: staff get an e-mail, and an administrator resumes it (POST /orders/${orderId}/resume) or closes it (POST /orders/${orderId}/close).`,
      aws: [
        `aws stepfunctions stop-execution --execution-arn ${machines(control)[0]?.replace(":stateMachine:", ":execution:")}:${orderId}`,
      ],
    };
  },
};
