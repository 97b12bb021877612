import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { type Ledger, openLedger } from "../../../local/rights/grants.ts";

const MINUTE = 60_000;

const says =
  "A stranger has got into the function that writes e-mails, and has read in the orders' table what Alice pays with.";

/** What somebody is answered who has got into a function, and calls DynamoDB with its role. */
const asIntruder = ({ local, drive }: Shop, name: string, operation: string, input: object) => {
  const found = local.graph.resources.find((one) => one.name === `${name}Function`);
  const caller = { name: `petstore-local-${name}Function`, role: found?.inputs.role };
  const call = { caller, service: "dynamodb", operation, input };
  return drive(local.cloud.call(call)).catch((error: Error) => error.name);
};

/** Where a row of an order stands. Customers know its id, and so do their e-mails. */
const keyOf = async ({ local }: Shop, order: string) => {
  const TableName = local.nameOf("OrdersTable");
  const { Items } = await local.call("dynamodb", "Scan", { TableName });
  const row = Items.find((item: object) => JSON.stringify(item).includes(order));
  return { TableName, Key: { pk: row.pk, sk: row.sk } };
};

const keptApart: Promised = async ({ shop }) => {
  const order = await shop.order();
  await shop.settle();
  const asked = await keyOf(shop, order);
  const said = await asIntruder(shop, "NotifyCustomer", "GetItem", asked);
  return JSON.stringify(said).includes("tok_approve") ? says : undefined;
};

/** The shop opens at midnight, and the report comes a quarter of an hour later. What was its function's use of its rights? */
const aNight = async (shop: Shop) => {
  const ledger = openLedger(shop.local.graph);
  const denied: string[] = [];
  shop.local.hearIam((question, answer) => answer === "allow" && ledger.hear(question));
  shop.local.cloud.observe((fact) => {
    if (fact.kind === "iam.denied") denied.push(`${fact.caller} may not ${fact.action}`);
  });
  await shop.clock.advance(20 * MINUTE);
  await shop.settle();
  return { ledger, denied };
};

const reports: Promised = async ({ shop }) => {
  const { denied } = await aNight(shop);
  if (denied[0]) return `the report was not made: ${denied[0]}`;
  const TableName = shop.local.nameOf("ReadTable");
  const { Items } = await shop.local.call("dynamodb", "Scan", { TableName });
  return JSON.stringify(Items).includes("REPORT#") ? undefined : "the day's report was not written";
};

/** The rights of the function that makes the report, but for where it sends its failures: no night has any. */
const ofTheReport = ({ grants }: Ledger) =>
  grants.filter(
    ({ holder, action }) => holder.name === "ReportDailySales" && !/^sqs:\w+$/.test(action),
  );

const noMore: Promised = async ({ shop }) => {
  const { ledger } = await aNight(shop);
  const fault = ofTheReport(ledger).find((grant) =>
    ["unused", "wildcard"].includes(ledger.verdictOf(grant)),
  );
  return (
    fault &&
    `the report may ${fault.action} on ${fault.resource.split("/").at(-1)}, says infra/graph.json`
  );
};

/** What is deployed is made of infra/: what the graph alone says is gone with the next `npm run synth`. */
const inBoth: Promised = async ({ shop, text }) => {
  const [declared = ""] = /"ReportDailySales"[\s\S]*?\n\}\);/.exec(text(IN_INFRA.file)) ?? [];
  const actionsIn = (text: string) =>
    [...new Set(text.match(/dynamodb:[\w*]+/g))].sort().join(" and ");
  const infra = actionsIn(declared.replaceAll(/\/\/.*/g, ""));
  const graph = actionsIn(
    ofTheReport(openLedger(shop.local.graph))
      .map(({ action }) => action)
      .join(" "),
  );
  return infra === graph
    ? undefined
    : `${IN_INFRA.file} gives the report ${infra || "nothing"}, and infra/graph.json ${graph || "nothing"}`;
};

const GRAPH = "infra/graph.json";
const TABLES = "arn:aws:dynamodb:us-east-1:123456789012:table";
const MAY = '\\"dynamodb:GetItem\\",\\"dynamodb:UpdateItem\\"],\\"Resource\\":';
const NEEDED = '\\"Action\\":[\\"dynamodb:Query\\",\\"dynamodb:PutItem\\"]';
const READ = `,\\"Resource\\":\\"${TABLES}/petstore-local-ReadTableTable\\"`;
const IN_INFRA = {
  file: "infra/read-side.ts",
  exact: '...onViews("dynamodb:Query", "dynamodb:PutItem"),',
  all: '...onViews("dynamodb:*"),',
};

export const lesson: Lesson = {
  title: "Least privilege",
  see: { screen: "map", line: "npm run iam" },
  promise: keptApart,
  sabotage: [
    {
      file: "infra/notifications.ts",
      find: 'allow(contacts.arn, "dynamodb:GetItem", "dynamodb:UpdateItem"),',
      replace: 'allow("arn:aws:dynamodb:*:*:table/*", "dynamodb:GetItem", "dynamodb:UpdateItem"),',
    },
    {
      file: GRAPH,
      find: `${MAY}\\"${TABLES}/petstore-local-NotificationsTableTable\\"`,
      replace: `${MAY}\\"${TABLES}/*\\"`,
    },
  ],
  says,
  exercise: {
    task: "Somebody was in a hurry, and gave the function that reports the day's sales `dynamodb:*` on the read side's table: in infra/read-side.ts, and so in infra/graph.json, which is what runs here. Give it what it does, and nothing else, in both.",
    prepare: [
      { file: IN_INFRA.file, find: IN_INFRA.exact, replace: IN_INFRA.all },
      { file: GRAPH, find: NEEDED + READ, replace: `\\"Action\\":\\"dynamodb:*\\"${READ}` },
    ],
    tests: [
      {
        name: "the night's report is made",
        holds: reports,
        hint: "The refusal names what is missing. Read which commands services/read-side/src/adapters/sales.ts sends: each is an action. In the graph a policy is JSON within a text: each quote in it has a backslash, and several actions stand in brackets.",
      },
      {
        name: "its function may do what it does, and nothing else",
        holds: noMore,
        hint: "A star is more than anybody can name, and a right that is not used is one for a stranger. Which two commands does the report send? In the graph, look for the policy of ReportDailySalesRole.",
      },
      {
        name: "and infra/ says the same as its graph",
        holds: inBoth,
        hint: "The graph is made of infra/: what stands in the graph alone is gone with the next `npm run synth`, and what is deployed is what infra/ says. Write the same two actions into infra/read-side.ts.",
      },
      {
        name: "who gets into the e-mails reads no orders",
        holds: keptApart,
        hint: "That is the promise of the lesson itself: look at the first statement of NotifyCustomerRole.",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. Did another function lose a right?",
  },
};
