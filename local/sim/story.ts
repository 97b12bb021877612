import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Entry } from "emulator/kernel/trace";
import type { Row } from "../judge/books.ts";
import { faultKinds } from "./faults/index.ts";
import { idsOf, namesOf } from "./names.ts";
import type { Act, Done, Plan, When } from "./plan.ts";
import type { Outcome } from "./simulate.ts";

const plain = (item: unknown): Row | undefined =>
  item ? unmarshall(item as Parameters<typeof unmarshall>[0]) : undefined;

/** "order-3" for every id of the order or its payment. */
const named = (plan: Plan) => {
  const names = namesOf(idsOf(plan));
  return (text: string) =>
    text
      .replace(/ord_([0-9A-Z]{26})/g, (id, place) => names.get(place) ?? id)
      .replace(/pay_([0-9A-Z]{26})/g, (id, place) =>
        names.has(place) ? `the payment of ${names.get(place)}` : id,
      );
};

const about = (subject: string) =>
  subject === "-" ? "" : ` about ${subject.replaceAll("+", " and ")}`;

/** A fault in words: "ReserveStock's TransactWriteItems of Inventory about order-3 (#1) is lost on the way". */
export const tellFault = ({ point, fault }: Done): string => {
  const [who = "", call = "", subject = "", count = ""] = point.split(" ");
  const [operation = "", target] = call.slice(call.indexOf(".") + 1).split(":");
  const what = `${operation}${target ? ` of ${target}` : ""}`;
  return `${who}'s ${what}${about(subject)} (${count}) ${faultKinds[fault].says}`;
};

const shown = (when: When) =>
  "at" in when
    ? `after ${Math.round(when.at / 1000)} s`
    : `when ${when.order} is at "${when.moment}"${when.wait ? `, ${when.wait} ms later` : ""}`;

const tellAct = (act: Act): string => {
  const what =
    "order" in act
      ? `${act.do} ${act.order}`
      : "productId" in act
        ? `${act.do}: ${act.quantity} of ${act.productId}`
        : act.do;
  return `${what}, ${shown(act.when)}`;
};

const sagaOf = ({ machine }: Entry) => String(machine).replace(/^petstore-local-/, "");

/** What an entry says that is worth telling: how an order, a payment, a reservation went on, or a fault. */
const sentenceOf = (entry: Entry): string | undefined => {
  const { kind } = entry;
  if (kind === "fault" && typeof entry.point === "string")
    return tellFault({ point: entry.point, fault: entry.fault as Done["fault"] });
  if (kind === "states.transition") return `${sagaOf(entry)} of ${entry.name} is at ${entry.state}`;
  if (kind === "states.ended") return `${sagaOf(entry)} of ${entry.name} ends: ${entry.status}`;
  if (kind !== "item") return undefined;
  const [before, after] = [plain(entry.before), plain(entry.after)];
  const { __edb_e__: entity, pk, sk } = (after ?? before) as Row;
  if (entity === "order" && before?.state.status !== after?.state.status)
    return `${after?.id} is ${after?.state.status}`;
  if (entity === "reservation") return `the stock of ${after?.orderId} is ${after?.status}`;
  if (String(sk).startsWith("EVENT#") && String(entry.table).includes("Payments"))
    return `our ledger has ${after?.type} for ${pk}`;
  if (pk === "LEDGER") return `the provider's ledger has ${sk}`;
  return undefined;
};

/** Hears a run, to tell it afterwards. */
export const storyteller = (plan: Plan) => {
  const lines: string[] = [];
  let began: number | undefined;
  const words = named(plan);
  return {
    hear(entry: Entry): void {
      began ??= entry.at;
      const sentence = sentenceOf(entry);
      if (!sentence) return;
      const seconds = ((entry.at - began) / 1000).toFixed(3).padStart(9);
      lines.push(`${seconds} s  ${words(sentence)}`);
    },
    lines,
  };
};

/** A run that broke a promise, in words. `happened` is what the storyteller heard. */
export const tell = (plan: Plan, { violations, done }: Outcome, happened: string[]): string => {
  const words = named(plan);
  const orders = plan.orders.map(({ name, as, card, lines, at, twice }) => {
    const wanted = lines.map(({ productId, quantity }) => `${quantity} ${productId}`).join(", ");
    return `  ${name}: ${as} wants ${wanted} with ${card}, after ${Math.round(at / 1000)} s${twice ? ", sent twice at once" : ""}`;
  });
  const [acts, faults] = [plan.acts.map(tellAct), done.map(tellFault)];
  return [
    `Seed ${plan.seed} breaks a promise:`,
    ...violations.slice(0, 10).map(({ invariant, what }) => `  ${invariant}: ${words(what)}`),
    "What it takes:",
    ...orders,
    ...acts.map((act) => `  ${act}`),
    ...(faults.length > 0 ? faults.map((fault) => `  ${words(fault)}`) : ["  no fault at all"]),
    "What happened:",
    ...happened,
  ].join("\n");
};
