import type { VirtualShop } from "../virtual-shop.ts";
import type { Done } from "./plan.ts";

type Finding = { invariant: string; what: string };
type Letter = Pick<ReturnType<VirtualShop["local"]["emails"]>[number], "to" | "tags" | "text">;

/** Nobody hears the same twice (F64). */
export const saidTwice = (letters: readonly Letter[]): Finding[] => {
  const mails = letters.map(({ tags, to }) => `${tags?.order} ${tags?.template} ${to}`);
  const again = mails.filter((mail, index) => mails.indexOf(mail) !== index);
  return again.map((mail) => ({ invariant: "I12", what: `${mail} was sent twice` }));
};

/** What no sender can help: its function ended, and the mail service had its request afterwards. */
const isLate = ({ point, fault }: Done, name: string) =>
  /^(zombie|last-words)$/.test(fault) &&
  point.startsWith("NotifyCustomer ses.SendEmail ") &&
  (point.split(" ")[2] ?? "").split("+").includes(name);

/**
 * What the customer of an order reads in its e-mails. Each names the step of the order that it tells of, and they come in that
 * order but for one that was late on its way; whatever the order in which they came, the last step says how it ended.
 */
export const readOf = (
  name: string,
  orderId: string | undefined,
  letters: readonly Letter[],
  done: readonly Done[],
): Finding[] => {
  const read = letters
    .filter(({ tags }) => tags?.order === orderId && tags?.customer)
    .map(({ tags, text }) => ({
      template: tags?.template ?? "",
      step: Number(/This is step (\d+) of your order/.exec(text ?? "")?.[1]),
    }));
  const told = read.map(({ template, step }) => `${template} (${step})`).join(", ");
  const broken = (what: string) => ({ invariant: "I13", what: `${name}: ${what}: ${told}` });
  if (read.some(({ step }) => Number.isNaN(step))) return [broken("an e-mail names no step")];
  const inOrder = read.every(({ step }, i) => i === 0 || step >= (read[i - 1]?.step ?? 0));
  const late = done.some((one) => isLate(one, name));
  const last = read.toSorted((a, b) => a.step - b.step).at(-1);
  const isOff = read.some(({ template }) => /^order-(cancelled|rejected)$/.test(template));
  return [
    ...(inOrder || late ? [] : [broken("its e-mails came in another order than what they tell")]),
    ...(isOff && last?.template.includes("confirmed")
      ? [broken("it is off, and its last e-mail says otherwise")]
      : []),
  ];
};
