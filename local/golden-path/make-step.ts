import { join } from "node:path";
import { declare } from "./declare.ts";
import { addHandler, addImport, addToList, change, edit, writeTemplates } from "./edit.ts";
import type { NewStep } from "./new-step.ts";
import { camel, kebab } from "./words.ts";

/** Where a saga's functions are named one by one, each beside its step. */
const STEPS_END = {
  FulfilOrder: '    GiveUpOrder: step("GiveUpOrder", ',
  ReturnOrder: '    CloseOrder: step("CloseOrder", ',
};
const INPUTS = { FulfilOrder: "OrderPlaced", ReturnOrder: "CancellationRequested" };
const OWN_STEPS = "local/sim/explore/own-steps.ts";

/** Writes a rung into a ladder, below that of another step. What has an undo is undone on the way back after the pivot, too. */
const writeRungs = (
  root: string,
  { name, undo, after, ladder, wayBack, undoneBefore }: NewStep,
) => {
  change(root, ladder.file, (text) => {
    const rung = undo ? `{ do: "${name}", undo: "${undo}" }` : `{ do: "${name}" }`;
    const place = new RegExp(`\\{ do: "${after}"(?:[^{}]|\\{[^{}]*\\})*\\}`);
    return text.replace(place, (above) => `${above},\n    ${rung}`);
  });
  const next = `{ do: "${undoneBefore}" }`;
  if (undo) edit(root, wayBack.file, next, `{ do: "${undo}" }, ${next}`);
};

/** Declares the step's functions, and hands them to the saga. */
const declareFunctions = (root: string, { name, undo, ladder, context }: NewStep) => {
  const { constant } = context.table;
  const isOrders = context.name === "orders";
  const all = [name, ...(undo ? [undo] : [])];
  const text = [
    `/** The row of ${name}, one for each order: it is read, and written on a condition. */
const on${name} = {
  link: [${constant}],
  permissions: [allow(${constant}.arn, "dynamodb:GetItem", "dynamodb:PutItem")],
};`,
    ...all.map(
      (one) =>
        `${isOrders ? "" : "export "}const ${camel(one)} = step("${one}", "${context.name}/${kebab(one)}", on${name});`,
    ),
  ].join("\n");
  addImport(root, context.infra, ["allow"], "./patterns/allow.ts");
  addImport(root, context.infra, ["step"], "./patterns/lambda.ts");
  const functions = all.map((one) => ({ name: one, constant: camel(one) }));
  declare(root, context, { text, functions });
  const orders = "infra/orders.ts";
  if (!isOrders) addImport(root, orders, all.map(camel), `./${context.name}.ts`);
  const handOver = (saga: keyof typeof STEPS_END, some: string[]) => {
    const named = some.map((one) => `    ${one}: ${camel(one)},\n`).join("");
    edit(root, orders, STEPS_END[saga], `${named}${STEPS_END[saga]}`);
  };
  handOver(ladder.saga, all);
  if (undo) handOver("ReturnOrder", [undo]);
  return [context.infra, orders];
};

/** Writes a new step into a checkout: its rung, its functions and their tests. Answers the files to be put in order. */
export const makeStep = (root: string, step: NewStep): string[] => {
  const { name, undo, ladder, wayBack, context } = step;
  const names: [string, string][] = [
    ["TheStep", name],
    ["the-step", kebab(name)],
    ["theStep", camel(name)],
    ["SteppingTable", context.table.link],
    ["stepping", context.name],
    ["TheSaga", ladder.saga],
    ["SagaInput", INPUTS[ladder.saga]],
    ...(undo
      ? ([
          ["ItsUndo", undo],
          ["its-undo", kebab(undo)],
        ] satisfies [string, string][])
      : []),
    [
      "  // AND_THEN\n",
      ladder.saga === "ReturnOrder"
        ? "  await shop.cancel(orderId);\n  await shop.settle();\n"
        : "",
    ],
  ];
  const files = writeTemplates(
    root,
    join(import.meta.dirname, "step", undo ? "undoable" : "forward"),
    names,
  );
  writeRungs(root, step);
  const declared = declareFunctions(root, step);
  const kind = undo ? "saga step" : "saga step, nothing undoes it";
  addHandler(root, context.name, {
    ...{ handler: kebab(name), kind },
    does: `does ${name}, once for an order`,
  });
  if (undo)
    addHandler(root, context.name, {
      ...{ handler: kebab(undo), kind: `undoes ${kebab(name)}` },
      does: "undoes it; where it was not done, leaves a tombstone",
    });
  const rules = `../../../services/${context.name}/src/domain/${kebab(name)}.ts`;
  addImport(root, OWN_STEPS, [camel(name)], rules);
  const called = undo ? `do: "${name}", undo: "${undo}"` : `do: "${name}"`;
  addToList(root, OWN_STEPS, "ownSteps", `{ ${called}, rules: ${camel(name)} }`);
  const page = `services/${context.name}/README.md`;
  return [...files, ...declared, ladder.file, wayBack.file, OWN_STEPS, page];
};
