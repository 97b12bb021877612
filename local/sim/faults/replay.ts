import { byFunction, type FaultKind } from "./fault.ts";

/** The archive is replayed to everybody who hears events, beside the traffic: all that was ever told comes again. */
export const replay: FaultKind = {
  says: "is done, and somebody replays the archive to everybody",
  fits: (passage, call) => passage.operation === "PutEvents" && byFunction(passage, call),
  strike: async (call, next, { clock, ask, draw }) => {
    const answer = await next(call);
    const { Archives } = await ask("events", "ListArchives", {});
    const [{ ArchiveName, EventSourceArn }] = Archives;
    const [arn, bus] = [`archive/${ArchiveName}`, EventSourceArn];
    await ask("events", "StartReplay", {
      ReplayName: `beside-${clock.now()}-${Math.floor(draw() * 1e6)}`,
      EventSourceArn: String(bus).replace(/event-bus\/.*$/, arn),
      EventStartTime: 0,
      EventEndTime: (clock.now() + 1) / 1000,
      Destination: { Arn: bus },
    });
    return answer;
  },
};
