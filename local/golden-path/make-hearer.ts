import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "../../packages/core/src/event.ts";
import type { Context } from "./contexts.ts";
import { declare } from "./declare.ts";
import { addHandler, addImport, addToList, change, edit, writeTemplates } from "./edit.ts";
import { hearingName, type NewEvent, takenInBy } from "./new-event.ts";
import { camel, kebab, titled, wordsOf } from "./words.ts";

/** What hears an event now: the rule that brings it, and the files that changed for it. */
type Hearing = { rule: string; files: string[] };

type Make = (
  root: string,
  event: NewEvent,
  hearer: Context,
  given: { recorded: Envelope; rule: string },
) => Hearing;

const moduleOf = ({ publisher }: NewEvent) => `@petstore/events/${publisher.name}`;

/** A context that notes whatever is on its list: `npm run new-service` makes such. */
const ofList: Make = (root, event, { name }) => {
  const file = `services/${name}/src/domain/heard.ts`;
  addImport(root, file, [event.name], moduleOf(event));
  addToList(root, file, "heard", event.name);
  return { rule: titled(name), files: [file] };
};

/** The notifications: a message to the shop's staff. */
const ofNotifications: Make = (root, event, _, { recorded }) => {
  const { name, shape, publisher } = event;
  const [subject = ""] = shape.fields.filter((field) => /^(orderId|subject)$/.test(field));
  const [messages, templates] = ["message", "templates"].map(
    (one) => `services/notifications/src/domain/${one}.ts`,
  ) as [string, string];
  const render = camel(name);
  addImport(root, messages, [name], moduleOf(event));
  addImport(root, messages, [render], "./templates.ts");
  addToList(root, messages, "heard", name);
  const last = "    case StockReceivedV1.type:\n";
  const due = `      return toStaff(data.${subject}, "${kebab(name)}", () => ${render}(data));\n`;
  edit(root, messages, last, `    case ${name}.type:\n${due}${last}`);
  const words = wordsOf(name).join(" ").toLowerCase();
  change(
    root,
    templates,
    (text) =>
      `${text}\n/** For the shop's staff: ${words}. */\nexport const ${render} = ({ ${subject} }: { ${subject}: string }) =>\n  compose(\`\${${subject}}: ${words}\`, [\`This is about \${${subject}}.\`]);\n`,
  );
  edit(
    root,
    "services/notifications/README.md",
    ", StockReceived **v1**",
    `, ${name}, StockReceived **v1**`,
  );
  const made = writeTemplates(root, join(import.meta.dirname, "notice"), [
    ["ThingHappened", name],
    ["thing-happened", kebab(name)],
    ["publishing", publisher.name],
    ["DATA", JSON.stringify(recorded.data)],
    ["AGGREGATE", JSON.stringify(recorded.aggregate)],
    ["SUBJECT", String((recorded.data as Record<string, unknown>)[subject])],
    ["WORDS", words],
  ]);
  const page = "services/notifications/README.md";
  return { rule: "Notifications", files: [messages, templates, page, ...made] };
};

/** The read side's view of orders: a line of its timeline. */
const ofOrderViews: Make = (root, event) => {
  const file = "services/read-side/src/domain/order-view.ts";
  if (!readFileSync(join(root, file), "utf8").includes(`  ...${event.publisher.publishes.list},`)) {
    addImport(root, file, [event.name], moduleOf(event));
    addToList(root, file, "orderViewEvents", event.name);
  }
  return { rule: "OrderViews", files: [file] };
};

/** Any other context: a queue, a consumer and a row of its own. */
const ofItsOwn: Make = (root, event, hearer, { rule }) => {
  const { name } = event;
  const { constant, link } = hearer.table as NonNullable<Context["table"]>;
  const files = writeTemplates(root, join(import.meta.dirname, "hearer"), [
    ["ThingHappened", name],
    ["thing-happened", kebab(name)],
    ["thingHappened", camel(name)],
    ["publishing", event.publisher.name],
    ["hearing", hearer.name],
    ["HearsRule", rule],
    ["HearingTable", link],
    ["TYPE", event.type],
  ]);
  const path = `${hearer.name}/hear-${kebab(name)}`;
  const { infra } = hearer;
  addImport(root, infra, [name], `../packages/events/src/${event.publisher.name}.ts`);
  addImport(root, infra, ["allow"], "./patterns/allow.ts");
  addImport(root, infra, ["consumer"], "./patterns/consumer.ts");
  addImport(root, infra, ["subscribedQueue"], "./patterns/subscription.ts");
  declare(root, hearer, {
    text: `consumer("${rule}", "${path}", {
  ...subscribedQueue("${rule}", context, [${name}]),
  link: [${constant}],
  permissions: [allow(${constant}.arn, "dynamodb:UpdateItem")],
});`,
    functions: [{ name: rule, constant: camel(rule) }],
  });
  addHandler(root, hearer.name, {
    ...{ handler: `hear-${kebab(name)}`, kind: `hears ${name}` },
    does: `hears ${name}, and notes it once`,
  });
  return { rule, files: [infra, `services/${hearer.name}/README.md`, ...files] };
};

const makers = { list: ofList, messages: ofNotifications, "order views": ofOrderViews };

/** Lets the contexts hear an event that hear it: by what it has for that, or by a consumer of its own. */
export const makeHearers = (root: string, event: NewEvent, recorded: Envelope): Hearing[] => {
  let own = 0;
  return event.hearers.map((hearer) => {
    const by = takenInBy(root, hearer.name, event.shape);
    if (by) return makers[by](root, event, hearer, { recorded, rule: "" });
    own += 1;
    return ofItsOwn(root, event, hearer, { recorded, rule: hearingName(event.name, own) });
  });
};
