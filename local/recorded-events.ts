import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "../packages/core/src/event.ts";
import { repositoryRoot } from "./repository.ts";
import type { VirtualShop } from "./virtual-shop.ts";

const MINUTE = 60_000;

/** An event of a contract as it was once published. */
const recordedEvent = (type: string): Envelope => {
  const file = join(repositoryRoot, "packages/events/corpus", `${type}.json`);
  return JSON.parse(readFileSync(file, "utf8"))[0];
};

/** Publishes a recorded event, so often, and gives its consumers a minute. Answers it. */
export const publishRecorded = async (
  { local, clock, drive }: Pick<VirtualShop, "local" | "clock" | "drive">,
  type: string,
  times = 1,
): Promise<Envelope> => {
  const event = recordedEvent(type);
  const entry = {
    EventBusName: local.nameOf("Bus"),
    Source: `petstore.${event.source}`,
    DetailType: type,
    Detail: JSON.stringify(event),
  };
  const Entries = Array.from({ length: times }, () => entry);
  await drive(local.call("events", "PutEvents", { Entries }));
  await clock.advance(MINUTE);
  return event;
};
