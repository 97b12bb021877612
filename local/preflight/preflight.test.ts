import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { judgeConcurrency } from "./aws.ts";
import { judgeDisk, judgeMemory, judgePorts } from "./machine.ts";

const GB = 1024 ** 3;

describe("what preflight says of a machine", () => {
  it.each([
    [8 * GB, 4, "fine"],
    [1 * GB, 4, "without"],
    [8 * GB, 1, "without"],
    [0.2 * GB, 4, "bad"],
  ] as const)("with %d bytes of memory and %d cores is %s", (free, cores, state) =>
    expect(judgeMemory(free, cores).state).toBe(state),
  );

  it("counts what is still to be installed", () => {
    expect(judgeDisk(0.5 * GB, true).state).toBe("fine");
    expect(judgeDisk(0.5 * GB, false)).toMatchObject({
      state: "bad",
      sentence: expect.stringContaining("0.7 GB"),
    });
  });

  it("names the port at which something listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect(await judgePorts([port])).toMatchObject({
      state: "without",
      sentence: expect.stringContaining(String(port)),
    });
    await new Promise((resolve) => server.close(resolve));
    expect((await judgePorts([port])).state).toBe("fine");
  });

  it("says that a new account's concurrency is small", () => {
    expect(judgeConcurrency(10).sentence).toContain("503");
    expect(judgeConcurrency(1000).state).toBe("fine");
  });
});
