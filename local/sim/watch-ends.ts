import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Entry } from "emulator/kernel/trace";
import type { Row } from "../judge/books.ts";
import type { Plan } from "./plan.ts";
import type { Violation } from "./watch.ts";

const MINUTE = 60_000;
/** What passes by itself is outlived for so long at least (docs/adr/0010). */
const PATIENCE = 20 * MINUTE;
/** What nothing can undo is tried for so long at least (docs/adr/0010). */
const LAST_PATIENCE = 10.8 * 60 * MINUTE;
/** A sweep comes each minute, and some of them fail. */
const SWEPT_WITHIN = 15 * MINUTE;

const plain = (item: unknown): Row | undefined =>
  item ? unmarshall(item as Parameters<typeof unmarshall>[0]) : undefined;

type Payment = { blocked: boolean; disputed: boolean; refused: boolean };

/** Where a reservation may go from where it is (I3). */
const edges: Record<string, string[]> = {
  NONE: ["HELD", "REFUSED", "RELEASED", "RETURNED"],
  HELD: ["SOLD", "RELEASED", "EXPIRED", "RETURNED"],
  EXPIRED: ["HELD", "SOLD", "RELEASED", "RETURNED", "REFUSED"],
  SOLD: ["RETURNED"],
};

/** Judges how orders end, at the moment at which they do: nothing is held of what is off, and nobody is called for nothing. */
export const watchEnds = (plan: Plan, names: ReadonlyMap<string, string>) => {
  const violations: Violation[] = [];
  const held = new Map<string, number>();
  const expired = new Set<string>();
  const payments = new Map<string, Payment>();
  const running = new Map<string, string>();
  /** Since when an order has its status. */
  const since = new Map<string, number>();
  const stopped = new Set(plan.acts.flatMap((act) => (act.do === "stop a saga" ? act.order : [])));
  const nameOf = (id: string) => names.get(id.slice(4)) ?? id;
  let [at, looked] = [0, 0];
  const broken = (invariant: string, what: string) => void violations.push({ invariant, what, at });

  const order = (before: Row | undefined, after: Row | undefined) => {
    const status = after?.state.status;
    if (!after || status === before?.state.status) return;
    const name = nameOf(after.id);
    const payment = payments.get(after.id.slice(4));
    if (status === "REJECTED" && held.has(after.id))
      broken("I9", `${name} is rejected while its goods are held`);
    if (status === "REJECTED" && payment?.blocked)
      broken("I9", `${name} is rejected while its money is blocked`);
    const isImpatient = at < Date.parse(after.placedAt) + PATIENCE;
    if (status === "REJECTING" && after.state.reason?.code === "Failed" && isImpatient)
      broken("I18", `${name} is given up for what passes by itself`);
    const isGivenUp = status === "CANCELLING" && after.state.cause === "failure";
    if (
      isGivenUp &&
      before?.state.status === "CONFIRMED" &&
      !payment?.refused &&
      !expired.has(after.id)
    )
      broken("I8", `${name} is given up, and nothing is wrong with it`);
    const isTried = at >= (since.get(after.id) ?? at) + LAST_PATIENCE;
    since.set(after.id, at);
    if (status === "NEEDS_ATTENTION" && !payment?.disputed && !stopped.has(name) && !isTried)
      broken("I18", `${name} needs a person, and nothing is wrong with it`);
  };
  const reservation = (before: Row | undefined, { orderId, status, heldUntil }: Row) => {
    const from = before?.status ?? "NONE";
    if (from !== status && !edges[from]?.includes(status))
      broken("I3", `the reservation of ${nameOf(orderId)} went ${from} -> ${status}`);
    if (status === "EXPIRED") expired.add(orderId);
    if (status === "HELD") held.set(orderId, Date.parse(heldUntil));
    else held.delete(orderId);
  };
  const payment = ({ pk, type }: Row) => {
    const known = payments.get(pk.slice(4)) ?? { blocked: false, disputed: false, refused: false };
    payments.set(pk.slice(4), known);
    if (type === "AuthorizationRequested" || type === "Authorized") known.blocked = true;
    if (type === "Declined" || type === "Voided" || type === "Captured") known.blocked = false;
    if (type === "Disputed") known.disputed = true;
    if (type === "CaptureRefused") known.refused = true;
  };
  const lookAtShelves = () => {
    looked = at;
    for (const [id, until] of held) {
      if (at < until + SWEPT_WITHIN) continue;
      broken("I9", `goods of ${nameOf(id)} are held for longer than they may be`);
      held.delete(id);
    }
  };
  const execution = ({ kind, machine, name, execution: arn }: Row) => {
    const of = `${machine} ${/ord_\w{26}/.exec(name)?.[0]}`;
    if (kind === "states.ended") return void (running.get(of) === arn && running.delete(of));
    if (running.has(of))
      broken("I17", `${nameOf(of.split(" ")[1] ?? "")} has two executions at once`);
    running.set(of, arn);
  };

  return {
    violations,
    see(entry: Entry): void {
      at = entry.at;
      if (at > looked + MINUTE) lookAtShelves();
      if (entry.kind === "states.started" || entry.kind === "states.ended") execution(entry as Row);
      if (entry.kind !== "item") return;
      const [before, after] = [plain(entry.before), plain(entry.after)];
      const table = String(entry.table);
      const { __edb_e__: entity, sk } = (after ?? before) as Row;
      if (entity === "order") order(before, after);
      if (entity === "reservation" && after) reservation(before, after);
      if (table.endsWith("-PaymentsTableTable") && after && String(sk).startsWith("EVENT#"))
        payment(after);
    },
  };
};
