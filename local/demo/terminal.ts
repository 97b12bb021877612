import { styleText } from "node:util";

/** Where something is shown: a stream that may be a terminal. */
export type Output = NodeJS.WriteStream;
/** A colour or a weight, by Node's names. */
export type Paint = Parameters<typeof styleText>[0];

/** Whether something may move there: on a terminal, unless CI or NO_COLOR ask for calm. */
export const isLive = (output: Output): boolean =>
  Boolean(output.isTTY) && !process.env.CI && !process.env.NO_COLOR && process.env.TERM !== "dumb";

/** Text in a colour, where the output has colours. */
export const painter =
  (output: Output) =>
  (paint: Paint, text: string): string =>
    styleText(paint, text, { stream: output });

/** Text in exactly `width` characters, with an ellipsis where it is too long; numbers stand at the end. */
export const cell = (text: string, width: number, align: "start" | "end" = "start"): string => {
  if (text.length > width) return width > 0 ? `${text.slice(0, width - 1)}…` : "";
  return align === "start" ? text.padEnd(width) : text.padStart(width);
};

/** Milliseconds as seconds: "3.2 s". */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";

/** Some lines at the bottom of a terminal that are painted over and over in the same place. */
export const liveLines = (output: Output) => {
  let painted = 0;
  const over = () => (painted > 0 ? `\u001b[${painted}A\u001b[J` : "");
  // What was painted may wrap in a terminal of another width, and then nobody knows how high it is.
  const clear = () => {
    output.write("\u001b[2J\u001b[H");
    painted = 0;
  };
  output.on("resize", clear);
  return {
    width: () => output.columns ?? 80,
    height: () => output.rows ?? 24,
    /** Shows these lines instead of those before; none may be wider than the terminal. */
    show(lines: string[]) {
      output.write(`${HIDE_CURSOR}${over()}${lines.map((line) => `${line}\n`).join("")}`);
      painted = lines.length;
    },
    /** Takes the lines away, and gives the cursor back. */
    end() {
      output.off("resize", clear);
      if (painted > 0) output.write(`${over()}${SHOW_CURSOR}`);
      painted = 0;
    },
  };
};
