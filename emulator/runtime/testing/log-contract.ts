import { expect, it } from "vitest";
import type { Fact } from "../../kernel/cloud.ts";

/** What a function's log holds, in every runtime: as Lambda's own writes it. */
export const itLogsAsLambda = ({
  create,
  invokeEcho,
  facts,
}: {
  create: (name: string, file: string, more?: { LoggingConfig?: object }) => Promise<unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: what the function answers
  invokeEcho: (event: object) => Promise<any>;
  facts: () => Fact[];
}): void => {
  const linesOf = async () => {
    await invokeEcho({ do: "log" });
    const logged = facts().filter(({ kind }) => kind === "log");
    for (const fact of logged)
      expect(fact).toMatchObject({
        function: "Echo",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    return logged.map(({ line }) => String(line));
  };
  const stamp = "\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12}Z";

  it("is noted line by line in what it prints, as Lambda's runtime writes text", async () => {
    await create("Echo", "echo");
    const lines = await linesOf();
    expect(lines[0]).toMatch(
      new RegExp(`^${stamp}\t[0-9a-f-]{36}\tINFO\tone line { of: 'output' }$`),
    );
    expect(lines.map((line) => line.split("\t")[2])).toEqual(
      ["INFO", "ERROR", "WARN", "DEBUG", "ERROR", undefined], // what is written directly has no frame
    );
    expect(lines.at(-1)).toBe("written directly");
  });

  it("logs what its handler throws as Lambda's runtime does, as text", async () => {
    await create("Echo", "echo");
    for (const what of ["refuse", "throwText"]) await invokeEcho({ do: what });
    const logged = facts().filter(({ kind }) => kind === "log");
    expect(logged).toMatchObject([{ thrown: true }, { thrown: true }]);
    const [refused, text] = logged.map(({ line }) => String(line).split("\t"));
    expect(refused?.slice(2, 4)).toEqual(["ERROR", "Invoke Error "]);
    expect(JSON.parse(refused?.[4] ?? "")).toEqual({
      errorType: "Refused",
      errorMessage: "OutOfStock: none left",
      name: "Refused",
      stack: expect.arrayContaining(["Refused: OutOfStock: none left"]),
    });
    expect(JSON.parse(text?.[4] ?? "")).toMatchObject({
      errorType: "Error",
      errorMessage: "just text",
    });
  });

  it("logs what its handler throws as Lambda's runtime does, as JSON, and nothing of what ended otherwise", async () => {
    await create("Echo", "echo", { LoggingConfig: { LogFormat: "JSON" } });
    for (const what of ["refuse", "cycle", "exit", "throwLater"]) await invokeEcho({ do: what });
    const logged = facts().filter(({ kind }) => kind === "log");
    expect(logged).toHaveLength(1);
    expect(JSON.parse(String(logged[0]?.line))).toEqual({
      timestamp: expect.stringMatching(new RegExp(`^${stamp}$`)),
      level: "ERROR",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      message: {
        errorType: "Refused",
        errorMessage: "OutOfStock: none left",
        name: "Refused",
        stackTrace: expect.arrayContaining(["Refused: OutOfStock: none left"]),
      },
    });
  });

  it("writes a line of JSON with level and request where its log format is JSON", async () => {
    await create("Echo", "echo", { LoggingConfig: { LogFormat: "JSON" } });
    const lines = await linesOf();
    expect(lines.pop()).toBe("written directly");
    const frame = {
      timestamp: expect.stringMatching(new RegExp(`^${stamp}$`)),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    };
    const described = (errorMessage: string) => ({
      errorType: "Refused",
      errorMessage,
      stackTrace: expect.arrayContaining([`Refused: ${errorMessage}`]),
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ...frame, level: "INFO", message: "one line { of: 'output' }" },
      {
        ...frame,
        level: "ERROR",
        // An object stays one, so that a filter can look into it.
        message: { what: "an object", error: { ...described("not today"), name: "Refused" } },
      },
      { ...frame, level: "WARN", message: "a text" },
      {
        ...frame,
        level: "ERROR",
        message: expect.stringMatching(/^with Refused: an error\n/),
        ...described("an error"),
      },
    ]);
  });
};
