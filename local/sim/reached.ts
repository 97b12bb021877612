import type { Graph } from "emulator/boot/graph";
import type { Entry } from "emulator/kernel/trace";
import { faultNames } from "./faults/index.ts";
import type { Done } from "./plan.ts";

/** Hears which steps sagas take, undos among them: "step FulfilOrder.ReleaseStock". */
export const stepsIn = () => {
  const steps = new Set<string>();
  return {
    steps,
    hear({ kind, machine, state, name }: Entry): void {
      if (kind !== "states.transition") return;
      const of = String(machine ?? name)
        .replace(/^.*[:/]/, "")
        .replace(/^petstore-local-/, "");
      steps.add(`step ${of}.${state}`);
    },
  };
};

/** The operation that a point is a passing of: "dynamodb.PutItem". */
export const operationOf = (point: string): string => point.split(" ")[1]?.split(":")[0] ?? "";

/** The faults of a run, by kind and operation: "fault throttle at dynamodb.PutItem". */
export const faultsReached = (done: Done[]): string[] =>
  done.map(({ point, fault }) => `fault ${fault} at ${operationOf(point)}`);

const orderEdges = [
  "PLACED -> CONFIRMED",
  "PLACED -> REJECTING",
  "PLACED -> CANCELLED",
  "PLACED -> NEEDS_ATTENTION",
  "REJECTING -> REJECTED",
  "REJECTING -> NEEDS_ATTENTION",
  "CONFIRMED -> CANCELLING",
  "CONFIRMED -> NEEDS_ATTENTION",
  "CANCELLING -> CANCELLED",
  "CANCELLING -> NEEDS_ATTENTION",
  "CANCELLED -> NEEDS_ATTENTION",
  "NEEDS_ATTENTION -> PLACED",
  "NEEDS_ATTENTION -> CONFIRMED",
  "NEEDS_ATTENTION -> REJECTING",
  "NEEDS_ATTENTION -> CANCELLING",
  "NEEDS_ATTENTION -> CANCELLED",
];
const reservationEdges = [
  "none -> HELD",
  "HELD -> SOLD",
  "HELD -> RELEASED",
  "HELD -> EXPIRED",
  "none -> RELEASED",
  "SOLD -> RETURNED",
  "EXPIRED -> SOLD",
];
const ledger = [
  ...["AuthorizationRequested", "AnswerAwaited", "VoidRequested", "RefundRequested"],
  ...["CaptureRefused", "Authorized", "Declined", "Voided", "Captured", "Refunded"],
  ...["RefundedByHand", "Disputed"],
];

type Machine = { States: Record<string, { Type?: string }> };

const sagaSteps = ({ resources }: Graph): string[] =>
  resources.flatMap(({ type, name, inputs }) =>
    type.endsWith("stateMachine:StateMachine")
      ? Object.keys((JSON.parse(String(inputs.definition)) as Machine).States).map(
          (state) => `step ${name}.${state}`,
        )
      : [],
  );

/** All that runs together have to reach: edges of rulebooks, steps and undos of sagas, kinds of faults. */
const toReach = (graph: Graph): string[] => [
  ...orderEdges.map((edge) => `order ${edge}`),
  ...reservationEdges.map((edge) => `reservation ${edge}`),
  ...ledger.map((type) => `payment ${type}`),
  ...sagaSteps(graph),
  ...faultNames.map((name) => `fault ${name}`),
];

/** What of all that was not reached, by what was. */
export const unreached = (graph: Graph, reached: ReadonlySet<string>): string[] => {
  const kinds = new Set([...reached].map((one) => one.replace(/ at .*$/, "")));
  return toReach(graph).filter((one) => !reached.has(one) && !kinds.has(one));
};
