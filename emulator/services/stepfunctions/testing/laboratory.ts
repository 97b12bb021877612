import { type VirtualClock, virtualClock } from "../../../kernel/clock.ts";
import { createCloud } from "../../../kernel/cloud.ts";
import { administrator, type Engine, type World } from "../../../kernel/engine.ts";
import { forked, journaled, type TestCloud } from "../../../kernel/testing/fork.ts";
import { statesEngine } from "../engine.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read answers in the shape that they expect
export type Loose = any;

/** A function of the test: gets the payload and how often it was called, answers or throws `thrown(...)`. */
type Handler = (payload: Loose, call: number, world: World) => unknown;

const ROLE = "arn:aws:iam::123456789012:role/machine";
/** The JSON text of a value. */
export const json = (value: unknown) => JSON.stringify(value);
/** What a function throws that fails by this name. */
export const thrown = (errorType: string, errorMessage = "no") => ({
  errorType,
  errorMessage,
  trace: [],
});

/** A clock that knows how much is planned and neither done nor cancelled. */
const counted = (clock: VirtualClock) => {
  const plans = new Set<object>();
  const after: VirtualClock["after"] = (ms, label, plan) => {
    const key = {};
    plans.add(key);
    const timer = clock.after(ms, label, () => {
      plans.delete(key);
      return plan();
    });
    const cancel = () => {
      plans.delete(key);
      timer.cancel();
    };
    return { cancel };
  };
  return { clock: { ...clock, after }, planned: () => plans.size };
};

/** What reached the engines around Step Functions. */
type Log = { events: Loose[]; calls: { name: string; payload: Loose; at: number }[] };

/** Step Functions, a Lambda engine whose functions are the test's own, and a bus that takes everything. */
const makersOf = (functions: Record<string, Handler>, { events, calls }: Log) => {
  const lambda = (world: World): Engine => ({
    service: "lambda",
    operations: {
      Invoke: async (input: Loose) => {
        const name = input.FunctionName.split(":").at(-1);
        const payload = JSON.parse(Buffer.from(input.Payload, "base64").toString());
        calls.push({ name, payload, at: world.clock.now() });
        const number = calls.filter((call) => call.name === name).length;
        const base64 = (value: unknown) => Buffer.from(json(value) ?? "").toString("base64");
        try {
          const answer = await functions[name]?.(payload, number, world);
          return { StatusCode: 200, Payload: base64(answer), ExecutedVersion: "$LATEST" };
        } catch (error) {
          if (!(error as Loose).errorType) throw error;
          return { StatusCode: 200, FunctionError: "Unhandled", Payload: base64(error) };
        }
      },
    },
  });
  const bus = (_: World): Engine => ({
    service: "events",
    operations: {
      PutEvents: ({ Entries }: Loose) => {
        events.push(...Entries);
        return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: "e" })) };
      },
    },
  });
  return [statesEngine, lambda, bus];
};

const laboratory = (cloud: TestCloud, functions: Record<string, Handler>, log: Log) => {
  const { clock } = cloud;
  const facts: Loose[] = [];
  cloud.observe((fact) => facts.push(fact));
  const states = (operation: string, input: object): Promise<Loose> =>
    cloud.call({ caller: administrator, service: "states", operation, input });
  const create = async (states_: object, top: object = {}, name = "machine") => {
    const definition = json({
      QueryLanguage: "JSONata",
      StartAt: Object.keys(states_)[0],
      States: states_,
      ...top,
    });
    const answer = await states("CreateStateMachine", { name, definition, roleArn: ROLE });
    return answer.stateMachineArn as string;
  };
  const start = async (stateMachineArn: string, input: unknown = {}, name?: string) => {
    const answer = await states("StartExecution", { stateMachineArn, input: json(input), name });
    return answer.executionArn as string;
  };
  const look = (executionArn: string) => states("DescribeExecution", { executionArn });
  const finished = async (executionArn: string) => {
    await clock.runUntil(async () => (await look(executionArn)).status !== "RUNNING");
    const execution = await look(executionArn);
    return { ...execution, output: execution.output && JSON.parse(execution.output) };
  };
  const run = async (states_: object, input: unknown = {}, top: object = {}) =>
    finished(await start(await create(states_, top), input));
  const history = async (executionArn: string) =>
    (await states("GetExecutionHistory", { executionArn, maxResults: 1000 })).events as Loose[];

  const anew = async (
    make: (makers: ReturnType<typeof makersOf>) => Promise<TestCloud>,
    others = functions,
  ): Promise<Laboratory> => {
    const own: Log = { events: [], calls: [] };
    return laboratory(await make(makersOf(others, own)), others, own);
  };
  /** A second laboratory that goes on from where this one stands, its own functions' calls alone in its log. */
  const fork = (seed?: number, others?: Record<string, Handler>) =>
    anew((makers) => forked(cloud, makers, { seed }), others);
  /** Writes down what changes from now on. Answers what makes a second laboratory of it, as after kill -9. */
  const journal = (heard?: () => void) => {
    const open = journaled(cloud, heard);
    return (seed?: number, others?: Record<string, Handler>) =>
      anew((makers) => open(makers, { seed }), others);
  };
  return {
    clock,
    cloud,
    states,
    create,
    start,
    look,
    finished,
    run,
    history,
    facts,
    fork,
    journal,
    ...log,
  };
};

/** A cloud of Step Functions, and what a test does with it. */
export type Laboratory = ReturnType<typeof laboratory>;

/** A cloud with Step Functions and a Lambda engine whose functions are the test's own. */
export const setUp = (functions: Record<string, Handler> = {}, seed = 1) => {
  const { clock, planned } = counted(virtualClock({ seed }));
  const log: Log = { events: [], calls: [] };
  const cloud = { ...createCloud(clock, makersOf(functions, log)), clock };
  return { ...laboratory(cloud, functions, log), planned };
};

const LAMBDA = "arn:aws:states:::lambda:invoke";

/** A Task state that calls a function with the state's input. */
export const task = (FunctionName: string, rest: object = { End: true }) => ({
  Type: "Task",
  Resource: LAMBDA,
  Arguments: { FunctionName, Payload: "{% $states.input %}" },
  ...rest,
});
