import type { Moment } from "emulator/boot/moments";
import { CannotRewind } from "emulator/boot/timeline";
import type { PacedClock } from "emulator/kernel/paced-clock";
import type { ShopTimeline } from "../../console/beside.ts";
import type { Shop } from "../../shop.ts";
import type { Command, Control } from "../command.ts";
import { plural, refuse } from "../told.ts";
import { needSpan, oneOf, shownSpan, spanOf } from "../words.ts";

const pacedOf = ({ beside }: Shop): PacedClock =>
  beside.clock ??
  refuse("The clock of this shop is the wall's: `npm start` without --isolated can be paused.");

/** The past of a shop. Refuses where it has none. */
export const timelineOf = ({ beside }: Shop): ShopTimeline =>
  beside.timeline ??
  refuse("This shop keeps no past: `npm start` without --isolated can be rewound.");

/** What is done with the past; where it cannot be done, it is refused with the reason. */
export const turned = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CannotRewind) refuse(error.message);
    throw error;
  }
};

/** A word that has to say how far back. */
export const needPast = (word: string): number => needSpan(word, "How far back");

/** A word that has to be the number of a kept moment. */
export const needMoment = (moments: readonly Moment[], word: string): number =>
  moments.find(({ id }) => String(id) === word)?.id ??
  refuse(`${word} is no time like 30s, and no moment that is kept.`);

/** `clock`: time stands, goes on, one decision at a time, slower or faster. */
export const clock: Command = {
  name: "clock",
  usage: "clock pause | resume | step | speed N",
  tells: "lets time stand still, go on, take one step, or go at another speed (up to 4, or max)",
  example: "clock pause",
  timeless: true,
  async run({ shop }, words) {
    const paced = pacedOf(shop);
    const [word = "", number, more] = words;
    if (word === "")
      refuse("What of the clock? pause, resume, step, or speed N; for instance: clock pause.");
    const what = oneOf(["pause", "resume", "step", "speed"], word, "way of the clock");
    if (more || (number !== undefined && what !== "speed"))
      refuse(`clock ${what} takes no more words.`);
    if (what === "pause") {
      paced.pause();
      return {
        said: "Time stands still.",
        next: "Nothing happens, and no time-out fires, until `clock resume`; `clock step` makes one decision.",
      };
    }
    if (what === "resume") {
      paced.resume();
      return { said: "Time goes on.", next: "Everything goes on where it stood." };
    }
    if (what === "step") {
      if (!paced.paused) paced.pause();
      const step = await paced.step();
      return {
        said: step ? `One decision: ${step.label}.` : "There is nothing to do.",
        next: "Time stands still again.",
      };
    }
    const plain = /^\d{1,3}(\.\d{1,4})?$/.test(number ?? "");
    const speed = number === "max" ? Number.POSITIVE_INFINITY : plain ? Number(number) : 0;
    if (!(speed >= 0.01) || (speed > 4 && number !== "max"))
      refuse(`A speed is at least 0.01 and at most 4, or max, not "${number ?? ""}".`);
    paced.setSpeed(speed);
    return {
      said: `Time goes at speed ${number === "max" ? number : speed}.`,
      next:
        speed < 1
          ? "Everything is in slow motion, time-outs too."
          : speed === 1
            ? "A second of the shop's is one of yours."
            : "Waits take less of your time; the order of things is the same.",
    };
  },
};

const sentences = (all: readonly string[]) => all.map((one) => one.replace(/\.$/, "")).join("; ");

/** Looks at what goes on by somebody's wish. Answers what is said of it when time was put back. */
const nextAfter = ({ faults, robot, playing }: Control) => {
  const before = faults.list();
  const acts = [
    ...(robot.state()?.running ? ["the robot"] : []),
    ...[...playing].map(({ name }) => `the scenario ${name}`),
  ];
  return () => {
    const armed = faults.list();
    const ended = before.filter(({ id }) => !armed.some((one) => one.id === id));
    const [s, they] = armed.length === 1 ? ["s", "itself"] : ["", "themselves"];
    const given = [...acts, ...ended.map(({ what }) => what)];
    return [
      "Tables, queues, sagas and time are those of then, and go on from there.",
      armed.length > 0 &&
        `Faults are no part of the past: ${plural(armed.length, "fault")} stay${s} armed (${sentences(armed.map(({ what }) => what))}) and end${s} by ${they}.`,
      given.length > 0 && `What was still to come of this is given up: ${sentences(given)}.`,
    ]
      .filter(Boolean)
      .join(" ");
  };
};

/** `rewind`: back to a moment before. */
export const rewind: Command = {
  name: "rewind",
  usage: "rewind 30s | ID",
  tells:
    "puts the whole shop back to the last kept moment that is so long ago, or to one by its number; faults stay armed",
  example: "rewind 30s",
  timeless: true,
  async run(control, words) {
    const { shop } = control;
    const timeline = timelineOf(shop);
    const next = nextAfter(control);
    const [word = "", more] = words;
    if (!word || more) refuse("How far back? For instance: rewind 30s.");
    if (spanOf(word) !== undefined) {
      const back = needPast(word);
      const before = shop.cloud.clock.now();
      const { at } = await turned(timeline.rewind({ at: before - back }));
      return {
        said: `The shop is where it was ${shownSpan(before - at)} ago: the kept moment that is nearest to ${shownSpan(back)} and not later.`,
        next: next(),
      };
    }
    await turned(timeline.rewind(needMoment(timeline.moments(), word)));
    return {
      said: `The shop is where it was at ${word}.`,
      next: next(),
    };
  },
};

/** `reset`: back to the opened doors. */
export const reset: Command = {
  name: "reset",
  usage: "reset",
  tells: "puts the shop back to the moment when its doors opened, at speed 1; keys and tokens stay",
  example: "reset",
  timeless: true,
  async run({ shop, faults }, words) {
    if (words.length > 0) refuse("reset takes no words.");
    faults.disarm(() => true);
    await turned(timelineOf(shop).reset());
    pacedOf(shop).setSpeed(1);
    return {
      said: "The shop is as it was when its doors opened: no fault is armed, and time goes at speed 1.",
      next: "No order is there. Time goes on with the next request; the same requests with the same keys get the same ids.",
    };
  },
};
