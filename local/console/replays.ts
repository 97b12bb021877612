import { AwsError } from "emulator/kernel/engine";
import { projections } from "../control/commands/events.ts";
import { fromOutside, orUnderWay } from "../control/outside.ts";
import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

type Replay = {
  ReplayName: string;
  State: string;
  StateReason?: string;
  EventStartTime: number;
  EventEndTime: number;
  EventLastReplayedTime?: number;
  ReplayStartTime: number;
  ReplayEndTime?: number;
};

/** What AWS refuses is refused here in AWS's own words. */
export const inAwsWords = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AwsError) throw new Refused(400, `${error.code}: ${error.message}`);
    throw error;
  }
};

const timeIn = (value: unknown, name: string, usual: number): number => {
  if (value === undefined) return usual;
  const at = typeof value === "number" ? value : Date.parse(String(value));
  if (Number.isFinite(at) && at >= 0 && at < 8.64e15) return at;
  throw new Refused(
    400,
    `${name} is a time such as 2026-01-01T09:00:00Z, not "${String(value).slice(0, 40)}".`,
  );
};

/** Replays of the archive: what may be replayed, those that run and ran, and another one. */
export const replayRoutes = ({ shop, look, clock }: Sight): Routes => {
  const { graph } = shop;
  const ofType = (ending: string) => graph.resources.filter(({ type }) => type.endsWith(ending));
  const [archive] = ofType(":EventArchive");
  const [bus] = ofType(":EventBus");
  const rules = new Map(ofType(":EventRule").map(({ name, outputs }) => [name, outputs.arn]));

  const rulesIn = (value: unknown): string[] => {
    if (value === undefined) return projections;
    if (!Array.isArray(value) || value.length === 0)
      throw new Refused(400, "To which rules? rules is a list of their names.");
    for (const name of value)
      if (!rules.has(name))
        throw new Refused(400, `There is no rule ${String(name).slice(0, 60)}.`);
    return value;
  };

  return {
    async "GET replays"() {
      const { Replays } = await look("events", "ListReplays", {});
      const { EventCount = 0, CreationTime } = await look("events", "DescribeArchive", {
        ArchiveName: archive?.outputs.name ?? archive?.inputs.name,
      });
      return {
        now: clock.now(),
        archive: {
          ...{ name: archive?.name, arn: archive?.outputs.arn },
          ...{ events: EventCount, since: CreationTime * 1000 },
        },
        bus: bus?.outputs.arn,
        rules: [...rules].map(([name, arn]) => ({ name, arn, usual: projections.includes(name) })),
        replays: (Replays as Replay[])
          .toSorted((a, b) => b.ReplayStartTime - a.ReplayStartTime)
          .map((one) => ({
            name: one.ReplayName,
            state: one.State,
            ...(one.StateReason && { reason: one.StateReason }),
            from: one.EventStartTime * 1000,
            to: one.EventEndTime * 1000,
            ...(one.EventLastReplayedTime && { reached: one.EventLastReplayedTime * 1000 }),
            began: one.ReplayStartTime * 1000,
            ...(one.ReplayEndTime && { ended: one.ReplayEndTime * 1000 }),
          })),
      };
    },
    "POST replay"({ body }) {
      const asked = body();
      const now = clock.now();
      const [from, to] = [timeIn(asked.from, "from", 0), timeIn(asked.to, "to", now + 1)];
      const wanted = rulesIn(asked.rules);
      const input = {
        ReplayName: `again-${now}-${Math.floor(clock.random() * 1e6)}`,
        EventSourceArn: archive?.outputs.arn,
        EventStartTime: from / 1000,
        EventEndTime: to / 1000,
        Destination: { Arn: bus?.outputs.arn, FilterArns: wanted.map((name) => rules.get(name)) },
      };
      const start = async () => {
        const { State } = await inAwsWords(shop.call("events", "StartReplay", input));
        return {
          name: input.ReplayName,
          state: State,
          said: `The archive is replayed to ${wanted.join(", ")}, as ${input.ReplayName}.`,
          next: "The events come again with their old ids and `replay-name`; every view says afterwards what it said before.",
          aws: `events start-replay --replay-name ${input.ReplayName} --event-source-arn ${input.EventSourceArn} --event-start-time ${input.EventStartTime} --event-end-time ${input.EventEndTime} --destination '${JSON.stringify(input.Destination)}'`,
        };
      };
      const what = `replay to ${wanted.join(", ")}`;
      return orUnderWay(shop, fromOutside(shop, { who: "the console", what }, start));
    },
  };
};
