/** A cell's text: a bar would end the cell, a line's end the row. */
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");

/** A table of Markdown; nothing where there are no rows. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
};

/** A text in the type of code. */
export const code = (text: string): string => `\`${text}\``;

/** So many of a thing: `1 queue`, `2 queues`. */
export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

/** JSON that has on one line what fits on one. */
const json = (value: unknown, indent = ""): string => {
  const line = (JSON.stringify(value, null, 1) ?? "null").replaceAll(/\n\s*/g, " ");
  if (typeof value !== "object" || value === null || line.length + indent.length <= 100)
    return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((one) => json(one, inner))
    : Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${json(one, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
};

/** A value as a block of JSON, folded away under a line. */
export const folded = (summary: string, value: unknown): string =>
  `<details><summary>${summary}</summary>\n\n\`\`\`json\n${json(value)}\n\`\`\`\n\n</details>`;

/** Where GitHub puts a heading. */
export const anchor = (heading: string): string =>
  `#${heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, "")
    .replaceAll(" ", "-")}`;

/** Parts of a page with a line between them; what is empty is left out. */
export const paragraphs = (...parts: readonly string[]): string =>
  `${parts.filter((part) => part !== "").join("\n\n")}\n`;
