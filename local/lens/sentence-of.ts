import { answerDueIn } from "./ladders.ts";
import type { Milestone } from "./milestones.ts";
import type { Run } from "./runs.ts";
import type { Whereabouts } from "./whereabouts.ts";

const clockTime = (at: number) => `${new Date(at).toISOString().slice(11, 19)} UTC`;
const seconds = (ms: number) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
const bare = (text: unknown) => String(text).replace(/\.$/, "");
/** A sentence as a part of another one: "The card was declined" goes on in lower case, "SES failed" and a name do not. */
const within = (text: string) =>
  /^(An?|The|This|It|Your?|We|No|Not|Nothing|Nobody|Only|Somebody|There) /.test(text)
    ? text[0]?.toLowerCase() + text.slice(1)
    : text;
const plural = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** What a saga does now. */
const doing = ({ visits }: Run, now: number): string => {
  const visit = visits.at(-1);
  if (!visit) return "its saga begins";
  const retry = visit.retries.at(-1);
  if (retry?.next !== undefined && retry.next > now)
    return `${visit.state} failed (${retry.error}) and is tried again at ${clockTime(retry.next)}, for the ${visit.retries.length + 1}. time`;
  const due = answerDueIn(visit.state);
  if (due !== undefined)
    return `waits for the payment provider's answer until ${clockTime((retry?.next ?? visit.begins) + due)}, then it is asked again`;
  const again = visit.retries.length > 0 ? `, ${visit.retries.length + 1}. attempt` : "";
  return `${visit.state} runs${again}`;
};

const reasonIn = ({ data }: Milestone) =>
  data.reason === undefined
    ? "its customer wanted it so"
    : `${within(bare(data.reason.detail))} (${data.reason.code})`;

const lastNamed = (milestones: Milestone[], ...names: string[]) =>
  milestones.findLast(({ name }) => names.includes(name));

/** What happened, by the status that the order has. */
const happened = ({ status, milestones }: Whereabouts): string => {
  const [first, last] = [milestones[0], milestones.at(-1)];
  const took = first && last ? seconds(last.at - first.at) : "";
  const has = (name: string) => milestones.some((one) => one.name === name);
  const why = (...names: string[]) => {
    const found = lastNamed(milestones, ...names);
    return found ? reasonIn(found) : "of a reason that the trace does not have any more";
  };
  switch (status) {
    case "UNKNOWN":
      return "The trace does not have its beginning any more";
    case "PENDING":
      return "Placed, not yet confirmed";
    case "CONFIRMED":
      return has("PaymentCaptured") && has("StockCommitted")
        ? `Fulfilled ${took} after it was taken: the money is captured and the stock is sold`
        : "Confirmed: only forward from here";
    case "REJECTING":
      return `Compensates: it is rejected because ${why("OrderAbandoned")}`;
    case "REJECTED":
      return `Rejected after ${took} because ${why("OrderRejected", "OrderAbandoned")}; what was done is undone`;
    case "CANCELLING":
      return `On its way back because ${why("CancellationRequested", "FulfilmentFailed")}: money and stock return`;
    case "CANCELLED":
      return `Cancelled after ${took} because ${why("OrderCancelled")}`;
    case "NEEDS_ATTENTION": {
      const data = lastNamed(milestones, "OrderNeedsAttention")?.data ?? {};
      return `Needs attention: ${data.step} failed for good because ${bare(data.cause)}; a person resumes it or gives it up`;
    }
  }
};

/** What of it waits, and where. */
const waits = ({ milestones, runs, lying }: Whereabouts): string[] => {
  const unsent = milestones.filter(({ relayedAt }) => relayedAt === undefined);
  const inQueues = lying.filter(({ dead }) => dead === undefined);
  const queues = [...new Set(inQueues.map(({ queue }) => queue))];
  return [
    ...(unsent.length > 0
      ? [`${unsent.map(({ name }) => name).join(", ")} in the outbox, waiting for the relay`]
      : []),
    ...(inQueues.length > 0
      ? [`${plural(inQueues.length, "message")} in ${queues.join(", ")}`]
      : []),
    ...(runs.length === 0 && unsent.length === 0 && inQueues.length === 0 ? [] : []),
  ];
};

/** One sentence: where an order is, and why. */
export const sentenceOf = (whereabouts: Whereabouts, now: number): string => {
  const { runs, lying } = whereabouts;
  const running = runs.findLast(({ status }) => status === "RUNNING");
  const failed = runs.findLast(({ status }) => !["RUNNING", "SUCCEEDED"].includes(status));
  const dead = lying.filter((one) => one.dead !== undefined);
  const parts = [
    happened(whereabouts),
    ...(running ? [doing(running, now)] : []),
    ...(!running && failed && whereabouts.status !== "NEEDS_ATTENTION"
      ? [
          `its saga ${failed.machine} ended as ${failed.status} (${failed.error ?? "no error told"})`,
        ]
      : []),
    ...waits(whereabouts),
    ...dead.map(
      ({ queue, dead }) =>
        `a message about it could not be handled and waits for a person as a dead letter, in ${queue}, because ${within(bare(dead))}`,
    ),
  ];
  return `${parts.join("; ")}.`;
};
