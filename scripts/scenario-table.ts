import type { Title } from "./test-titles.ts";

/** The page with the table of scenarios. */
export const PAGE = "docs/scenarios.md";

/** A number in a title, with the letters of one that has several stages: "F62a-d", "F62 f, h". */
export const NUMBER =
  /\b(F\d\d|I\d{1,2})(?:([a-h])(?:-([a-h]))?| ([a-h](?:, [a-h])*)(?=\)))?(?![\w/])/g;

const ROW = /^(\| ([FI]\d+[a-h]?) *\| .+? \| .+? \| )(.*?) *\|$/gm;

/** The numbers that a title names: "F62a-d I4" gives F62a, F62b, F62c, F62d and I4. */
export const numbersIn = (title: string): string[] =>
  [...title.matchAll(NUMBER)].flatMap(([, number = "", from, to = from, list]) => {
    if (list) return list.split(", ").map((letter) => number + letter);
    if (!from || !to) return [number];
    const letters = "abcdefgh";
    return [...letters.slice(letters.indexOf(from), letters.indexOf(to) + 1)].map(
      (letter) => number + letter,
    );
  });

/** The table's numbers in order, and what it says of each. */
export const rowsOf = (page: string): Map<string, string> =>
  new Map([...page.matchAll(ROW)].map(([, , number = "", tests = ""]) => [number, tests]));

/** Each number of the table with the titles that name it. A group's title counts once, not with each test in it. */
export const coverageOf = (page: string, titles: Title[]): Map<string, Title[]> => {
  const coverage = new Map([...rowsOf(page).keys()].map((number) => [number, [] as Title[]]));
  for (const title of titles)
    for (const number of new Set(numbersIn(title.text.split(" › ").at(-1) ?? "")))
      coverage.get(number)?.push(title);
  return coverage;
};

/** Numbers in titles that the table does not have. */
export const unknownNumbers = (page: string, titles: Title[]): string[] => {
  const rows = rowsOf(page);
  return titles.flatMap(({ file, text }) =>
    numbersIn(text)
      .filter((number) => !rows.has(number))
      .map((number) => `${number} in ${file}: ${text}`),
  );
};

/** Numbers that no title names. */
export const untested = (page: string, titles: Title[]): string[] =>
  [...coverageOf(page, titles)].flatMap(([number, found]) => (found.length === 0 ? [number] : []));

const linkTo = ({ file, text }: Title) =>
  `[${text.replaceAll(/[|[\]<>`]/g, "\\$&").replaceAll("\n", " ")}](../${file})`;

/** The page with its last column written anew. */
export const withTests = (page: string, titles: Title[]): string => {
  const coverage = coverageOf(page, titles);
  return page.replaceAll(ROW, (_, row, number) => {
    const links = [...new Set((coverage.get(number) ?? []).map(linkTo))];
    return `${row.replaceAll(/ +(?=\|)/g, " ")}${links.join("<br>") || "no test"} |`;
  });
};
