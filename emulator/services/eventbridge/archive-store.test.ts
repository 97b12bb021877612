import fc from "fast-check";
import { expect, it } from "vitest";
import { createKeeper } from "../../kernel/keep.ts";
import { archiveStore } from "./archive-store.ts";

/** What an archive is, plainly: a list of what came, with its numbers. */
const plainStore = () => {
  let events: { n: number; keptAt: number; time: number; text: string }[] = [];
  let next = 0;
  return {
    append(keptAt: number, time: number, text: string) {
      events.push({ n: next++, keptAt, time, text });
    },
    expire(before: number) {
      events = events.filter(({ keptAt }) => keptAt >= before);
    },
    wanted: (from: number, to: number) =>
      events.filter(({ time }) => time >= from && time <= to).map(({ text }) => text),
  };
};

const textOf = (n: number, time: number) =>
  JSON.stringify({ id: n, time: new Date(time).toISOString(), text: 'x\\n"ü'.repeat(n % 7) });

it("an archive finds what it was given, packed or not, whatever is taken away, and when it is opened again", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ expire: fc.integer({ min: 0, max: 50 }) }),
    fc.constant({ reopen: true }),
    fc.constant({ restart: true }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), fc.nat(100), fc.nat(100), (steps, a, b) => {
      let keeper = createKeeper();
      let store = archiveStore(keeper);
      const plain = plainStore();
      let now = 0;
      let n = 0;
      for (const step of steps) {
        if ("add" in step)
          for (let i = 0; i < step.add; i += 1) {
            if (i % 10 === 0) now += 1000;
            const time = now - (n % 5) * 1000;
            const text = textOf(n, time);
            store.append("All", now, time, text);
            store.append("Other", now, time, text);
            plain.append(now, time, text);
            n += 1;
          }
        else if ("expire" in step) {
          store.expire("All", now - step.expire * 1000);
          plain.expire(now - step.expire * 1000);
        } else {
          const again = createKeeper();
          store = archiveStore(again);
          if ("reopen" in step) again.put(keeper.take());
          else
            for (const [name, part] of keeper.parts)
              for (const key of part.keys()) {
                const written = JSON.stringify(part.get(key));
                again.parts.get(name)?.apply(key, JSON.parse(written));
              }
          store.resume();
          keeper = again;
        }
      }
      const [from, to] = [Math.min(a, b) * 1000, Math.max(a, b) * 1000];
      const found: string[] = [];
      const end = store.next("All");
      for (let next = store.first("All"); ; ) {
        const one = store.find("All", { next, end, from, to });
        if ("none" in one) break;
        if ("goOn" in one) {
          expect(one.goOn).toBeGreaterThan(next);
          next = one.goOn;
        } else {
          found.push(one.event);
          next = one.n + 1;
        }
      }
      const wanted = plain.wanted(from, to);
      // A pack goes with the last event in it: what is older than the archive keeps may be there a while longer.
      expect(found.slice(found.length - wanted.length)).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});
