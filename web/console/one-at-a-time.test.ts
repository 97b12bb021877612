import { expect, test } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

/** A server whose answers come when they are told to: what it said when it was asked. */
const slow = () => {
  let state = "PENDING";
  let shown = "";
  const waiting: (() => void)[] = [];
  let asked = 0;
  const look = oneAtATime(async () => {
    asked += 1;
    const said = state;
    await new Promise<void>((answer) => waiting.push(answer));
    shown = said;
  });
  return {
    look,
    becomes: (next: string) => {
      state = next;
    },
    answer: async () => {
      waiting.shift()?.();
      await new Promise(setImmediate);
    },
    shown: () => shown,
    asked: () => asked,
  };
};

test("what changed while a question was under way is asked for after it, and shown last", async () => {
  const server = slow();
  void server.look();
  server.becomes("CONFIRMED");
  const wanted = server.look();
  expect(server.asked()).toBe(1);
  await server.answer();
  expect(server.shown()).toBe("PENDING");
  await server.answer();
  await wanted;
  expect(server.shown()).toBe("CONFIRMED");
});

test("many who want it meanwhile are one question more", async () => {
  const server = slow();
  void server.look();
  const wanted = [server.look(), server.look(), server.look()];
  await server.answer();
  await server.answer();
  await Promise.all(wanted);
  expect(server.asked()).toBe(2);
});

test("a question that fails keeps nobody from the next one", async () => {
  let asked = 0;
  const look = oneAtATime(async () => {
    asked += 1;
    await Promise.resolve();
    if (asked === 1) throw new Error("not now");
  });
  const first = look();
  const second = look();
  await expect(first).rejects.toThrow("not now");
  await second;
  expect(asked).toBe(2);
});
