import { describe, expect, it } from "vitest";
import { meantOf, type Running } from "./running.ts";

const at = (port: number, more: Partial<Running> = {}): Running => ({
  ...{ api: `http://127.0.0.1:${port}`, aws: `http://127.0.0.1:${port + 1000}`, token: "t" },
  ...{ accessKeyId: "k", secretAccessKey: "s", ...more },
});
const shop = at(3000);
const fork = at(3001, { forkOf: shop.api });
const run = at(3002, { recorded: true });

describe("the shop that a command is for", () => {
  it("is the only one, whatever forks and recorded runs are open beside it", () => {
    expect(meantOf([shop, fork, run])).toBe(shop);
  });

  it("is the one at the port that was said, a recorded run, too", () => {
    expect(meantOf([shop, fork, run], "3002")).toBe(run);
    expect(meantOf([shop, fork, run], "4001")).toBe(fork);
  });

  it("is none where there is only a recorded run, which is named", () => {
    expect(() => meantOf([run])).toThrow(
      "No shop is running of its own here; there is --port 3002 (a recorded run).",
    );
  });

  it("is to be said where there are two; a recorded run is not counted", () => {
    expect(() => meantOf([shop, at(3003), run])).toThrow(
      "2 shops are running here; say which: --port 3000 or --port 3003 or --port 3002 (a recorded run).",
    );
    expect(() => meantOf([])).toThrow("No shop is running here: start one with `npm start`.");
    expect(() => meantOf([shop], "9")).toThrow(
      "No shop is running at port 9; there is --port 3000.",
    );
  });
});
