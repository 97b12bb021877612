import type { Money } from "@petstore/core/money";

/** What an e-mail says: the same as text and as HTML. */
export type Mail = { subject: string; text: string; html: string };

/** A row of a table: what it is, and its value. */
export type Row = readonly [what: string, value: string];

/** A paragraph, or a table. */
export type Part = string | readonly Row[];

/** An amount as people read it: `USD 12.50`. */
export const inWords = ({ amount, currency }: Money): string =>
  `${currency} ${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;

const ENTITIES: Record<string, string> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "#39",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (mark) => `&${ENTITIES[mark]};`);

const asText = (part: Part) =>
  typeof part === "string" ? part : part.map((row) => `  ${row.join(": ")}`).join("\n");
const asHtml = (part: Part) => {
  if (typeof part === "string") return `<p>${escaped(part)}</p>`;
  const rows = part.map(
    (row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  return `<table>${rows.join("")}</table>`;
};

/** Composes an e-mail. All that it is given is text: nothing in it becomes markup or another header. */
export const compose = (subject: string, parts: readonly Part[]): Mail => ({
  subject: subject.replace(/[\s\p{Cc}]+/gu, " "),
  text: `${parts.map(asText).join("\n\n")}\n`,
  html: `<!doctype html><html lang="en"><body>${parts.map(asHtml).join("")}</body></html>`,
});
