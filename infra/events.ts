import { archiveDays, named } from "./stage.ts";
import "./patterns/link.ts";

const tags = { context: "platform" };

/** What happened, for everyone who cares. Contexts talk to each other here and nowhere else. */
export const bus = new sst.aws.Bus("Bus", { transform: { bus: { tags } } });

new aws.cloudwatch.EventArchive("Archive", {
  name: named("Archive"),
  description: "All events, to rebuild read models from",
  eventSourceArn: bus.arn,
  retentionDays: archiveDays,
});
