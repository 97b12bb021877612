/** Tells how far many runs are: on one line of a terminal that is written over, or now and then where there is none. */
export type Progress = { tell: (done: number, broken: number) => void; end: () => void };

const CALM_MS = 15_000;
const OFTEN_MS = 200;

const left = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} minutes left`;

/** Progress of `runs` at most, or of so many seconds; `what` is what runs. */
export const progressOf = (
  out: { isTTY?: boolean; write: (text: string) => unknown },
  { what, runs, seconds }: { what: string; runs: number; seconds: number | undefined },
  now: () => number = () => performance.now(),
): Progress => {
  const began = now();
  let last = began;
  let written = false;
  return {
    tell(done, broken) {
      const at = now();
      if (at - last < (out.isTTY ? OFTEN_MS : CALM_MS)) return;
      last = at;
      const passed = (at - began) / 1000;
      const rate = done / passed;
      const remains = Math.min(
        (runs - done) / rate,
        seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, seconds - passed),
      );
      const line = `${done} ${what}, ${rate.toFixed(1)} a second, ${broken} broken, ${left(remains)}`;
      out.write(out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
      written = true;
    },
    end() {
      if (out.isTTY && written) out.write("\r\u001b[K");
    },
  };
};
