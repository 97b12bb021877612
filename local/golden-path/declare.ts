import type { Context } from "./contexts.ts";
import { change, edit } from "./edit.ts";

/** What is declared in infra/ for a context: its text, and the functions in it by their names and constants. */
type Declared = { text: string; functions: { name: string; constant: string }[] };

/** Contexts in which something stands that has to come after what is new. */
const before: Record<string, string> = {
  orders: "const fulfilment = stateMachine(",
  payments: 'errorLogAlarm("PaymentErrorsLogged", {',
};

/** Writes a declaration into a context's file of infra/, where all that needs it finds it. */
export const declare = (root: string, { name, infra }: Context, { text, functions }: Declared) => {
  const place = before[name];
  if (!place) return change(root, infra, (all) => `${all.trimEnd()}\n\n${text}\n`);
  if (name !== "payments") return edit(root, infra, place, `${text}\n\n${place}`);
  const isNamed = functions.every(({ constant }) => text.includes(`const ${constant} =`));
  const bound = isNamed ? text : `const ${functions[0]?.constant} = ${text}`;
  // Whatever these functions log as an error rings.
  edit(root, infra, place, `${bound}\n\n${place}`);
  const last = "    HearProvider: hearProvider,\n";
  const all = functions.map((fn) => `    ${fn.name}: ${fn.constant},\n`).join("");
  edit(root, infra, last, `${last}${all}`);
};
