import type { Watched } from "../../web/test/browser.ts";

/** How a page drew for a while: frames a second, the longest wait for one, and what a frame cost its main thread. */
export type Frames = { perSecond: number; longestMs: number; cpuMs: number };

type Metrics = { metrics: { name: string; value: number }[] };

/**
 * Counts the frames that a page draws in so many milliseconds. `step` is a script that runs in each frame, with the frame's
 * number as `frame`. CPU is what tasks of the page's main thread took, on the thread's own clock: another process that takes the core
 * makes frames late, but not dear.
 */
export const countFrames = async (page: Watched, ms: number, step = ""): Promise<Frames> => {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const taskMs = async () => {
    const { metrics } = (await session.send("Performance.getMetrics")) as Metrics;
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
  const before = await taskMs();
  const gaps = await page.evaluate<number[]>(`(async () => {
    const gaps = [];
    let last = performance.now();
    const end = last + ${ms};
    for (let frame = 0; last < end; frame++) {
      await new Promise(requestAnimationFrame);
      ${step};
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  })()`);
  const cpu = (await taskMs()) - before;
  await session.detach();
  const took = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    perSecond: (1000 * gaps.length) / took,
    longestMs: Math.max(...gaps),
    cpuMs: cpu / gaps.length,
  };
};

/** A step that scrolls what a selector finds down and up again, a good part of a screen in each frame. */
export const scroll = (selector: string) =>
  `const box = document.querySelector(${JSON.stringify(selector)});
   if (frame === 0) box.down = box.scrollTop === 0;
   box.scrollTop += box.down ? 400 : -400;
   if (box.scrollTop <= 0) box.down = true;
   if (box.scrollTop + box.clientHeight >= box.scrollHeight - 1) box.down = false`;

/** A step that types into what a selector finds, and takes it away again: another letter in every fifth frame. */
export const type = (selector: string, text: string) =>
  `if (frame % 5 === 0) {
     const input = document.querySelector(${JSON.stringify(selector)});
     const text = ${JSON.stringify(text)};
     const at = (frame / 5) % (2 * text.length);
     input.value = text.slice(0, at <= text.length ? at : 2 * text.length - at);
     input.dispatchEvent(new Event("input", { bubbles: true }));
   }`;
