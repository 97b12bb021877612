import { describe, expect, it } from "vitest";
import { json, setUp, task } from "./testing/laboratory.ts";

describe("a machine of one task", () => {
  it("answers the function's payload under AWS's members", async () => {
    const { run } = setUp({ greet: ({ who }) => ({ greeting: `Hello ${who}` }) });
    const { status, output } = await run({ Greet: task("greet") }, { who: "Rex" });
    expect(status).toBe("SUCCEEDED");
    expect(output).toMatchObject({
      ExecutedVersion: "$LATEST",
      Payload: { greeting: "Hello Rex" },
      StatusCode: 200,
    });
  });

  it("has the history that AWS shows", async () => {
    const { create, start, finished, history } = setUp({ greet: () => 1 });
    const Output = "{% $states.result.Payload %}";
    const arn = await start(await create({ Greet: task("greet", { Output, End: true }) }), {});
    await finished(arn);
    const events = await history(arn);
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, "ExecutionStarted"],
      [2, 0, "TaskStateEntered"],
      [3, 2, "TaskScheduled"],
      [4, 3, "TaskStarted"],
      [5, 4, "TaskSucceeded"],
      [6, 5, "TaskStateExited"],
      [7, 6, "ExecutionSucceeded"],
    ]);
    expect(events[2].taskScheduledEventDetails).toEqual({
      resourceType: "lambda",
      resource: "invoke",
      region: "us-east-1",
      parameters: json({ FunctionName: "greet", Payload: {} }),
    });
    expect(events[5].stateExitedEventDetails).toEqual({
      name: "Greet",
      output: "1",
      outputDetails: { truncated: false },
    });
  });
});
