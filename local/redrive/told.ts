import type { Letter } from "./letters.ts";

const units: [seconds: number, name: string][] = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/** An age in its largest whole unit: "3 hours". */
const ageOf = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [size, name] = units.find(([size]) => seconds >= size) ?? [1, "second"];
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
};

const times = (count: number) => (count === 1 ? "once" : `${count} times`);

/** Two lines for a person: which message and what it is, and why it is here. */
export const letterLines = (
  { id, what, reason, sentAt, attempts, redrives }: Letter,
  now: number,
): string[] => {
  const tried = attempts === undefined ? "" : `, tried ${times(attempts)}`;
  const again = redrives > 0 ? `, redriven ${times(redrives)} before` : "";
  return [`  ${id}  ${what}, ${ageOf(now - sentAt)} old${tried}${again}`, `    ${reason}`];
};
