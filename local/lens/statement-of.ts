import type { Graph } from "emulator/boot/graph";
import { needsOf } from "emulator/services/iam/actions";
import { compilePolicy, type Rule, type Statement } from "emulator/services/iam/policy";
import { eachStatement, type Holder } from "../rights/grants.ts";
import { placesOf } from "../rights/places.ts";
import type { Entry } from "./entry.ts";

/** A statement that allowed a call: what the call needed, the statement, whose it is and where in infra/ that is written. */
export type Allowed = { action: string; resource?: string; statement: Statement; holder: Holder };

const read = new WeakMap<Graph, (call: Entry) => Allowed[]>();

/** Finds the statements of the graph that allowed a call; none where it needs none, as within AWS, or was denied. */
export const statementsOf = (graph: Graph): ((call: Entry) => Allowed[]) => {
  const found = read.get(graph) ?? readStatements(graph);
  read.set(graph, found);
  return found;
};

const readStatements = (graph: Graph): ((call: Entry) => Allowed[]) => {
  const known: { statement: Statement; holder: Holder; rules: Rule[] }[] = [];
  eachStatement(graph, placesOf(graph), (holder, statement) => {
    if (statement.Effect !== "Allow") return;
    // Its conditions say for which rule or schedule: the holder says it, too.
    const { Condition: _, ...open } = statement;
    known.push({ statement, holder, rules: compilePolicy({ Statement: open }) });
  });
  const arn = graph.resources.find(({ type }) => type.endsWith(":Function"))?.outputs.arn;
  const [, , , region = "", account = ""] = String(arn).split(":");
  return ({ caller, service, operation, input }) =>
    needsOf({ caller, service, operation, input }, { account, region }).flatMap((need) => {
      const question = { ...need, principal: caller.role };
      const found = known.filter(({ rules }) => rules.some(({ applies }) => applies(question)));
      const one = found.find(({ holder }) => String(caller.name).includes(holder.name)) ?? found[0];
      if (!one) return [];
      const { Principal, ...own } = one.statement;
      // A role's own policy names no principal.
      const statement = caller.role.startsWith("arn:") ? own : { ...own, Principal };
      return [{ ...need, statement, holder: one.holder }];
    });
};
