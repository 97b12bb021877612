import { administrator } from "emulator/kernel/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Control } from "../control/command.ts";
import { help, shown, typed } from "../control/command-line.ts";
import { commands, createControl } from "../control/control.ts";
import { type LiveInvariants, liveInvariants } from "../control/live-invariants.ts";
import { scenarios, storyNamed } from "../control/scenarios.ts";
import { hear } from "../spoil.ts";
import { type VirtualShop, virtualShop } from "../virtual-shop.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let shop: VirtualShop;
let control: Control;
beforeEach(async () => {
  shop = await virtualShop({ trace: {} });
  control = createControl(shop.local);
});
afterEach(() => shop?.local.stop());

const say = (line: string) => shop.drive(control.say(line));
const statuses = async () =>
  (await shop.books()).orders.map(({ state }) => state.status as string).sort();

describe("a scenario", () => {
  const endings: Record<string, string[]> = {
    well: ["CONFIRMED"],
    decline: ["REJECTED"],
    "last-animal": ["CONFIRMED", "REJECTED"],
    "double-click": ["CONFIRMED"],
    "late-bank": ["CONFIRMED"],
    "bank-hangs": ["CONFIRMED", "REJECTED"],
    disorder: ["CONFIRMED", "CONFIRMED"],
    "cancel-paid": ["CANCELLED"],
    "cancel-race": ["CANCELLED"],
    "lost-answer": ["CONFIRMED"],
    "capture-fails": ["CONFIRMED"],
    "relay-down": ["CONFIRMED", "CONFIRMED", "CONFIRMED"],
    "views-down": ["CONFIRMED", "CONFIRMED"],
    "provider-down": ["CONFIRMED", "CONFIRMED"],
    duplicate: ["CONFIRMED"],
    poison: ["CONFIRMED", "CONFIRMED"],
    "hot-item": ["CONFIRMED", "CONFIRMED", "CONFIRMED"],
    "slow-motion": ["CONFIRMED"],
    attention: ["NEEDS_ATTENTION"],
  };

  it("has an ending for each name, and every story that it tells is there", () => {
    expect([...Object.keys(endings), "crowd"]).toEqual(scenarios.map(({ name }) => name));
    for (const { steps } of scenarios)
      for (const step of steps) if ("story" in step) expect(storyNamed(step.story)).toBeDefined();
  });

  it.each(Object.entries(endings))("%s ends as it says, and disarms itself", async (name, ends) => {
    const told = await say(`scenario ${name}`);
    expect(told.said).toContain(name);
    await shop.clock.advance(6 * MINUTE);
    await shop.settle();
    expect(await statuses()).toEqual(ends);
    expect(control.faults.list()).toEqual([]);
    const broken = (await shop.broken()).filter((what) => !/OrderViewsQueueDlq/.test(what));
    expect(broken.filter((what) => !/NEEDS_ATTENTION|holds stock/.test(what))).toEqual([]);
  });
});

describe("the robot", () => {
  it("orders at its rate, mixed, and stops by itself", async () => {
    await say("robot 5/s mixed for 4s");
    await shop.clock.advance(2 * SECOND);
    expect(control.robot.state()).toMatchObject({ running: true, sent: 11 });
    await shop.clock.advance(10 * SECOND);
    expect(control.robot.state()).toMatchObject({ running: false, sent: 20, taken: 20 });
    await shop.settle();
    expect(new Set(await statuses())).toEqual(new Set(["CONFIRMED", "REJECTED"]));
    expect(await shop.broken()).toEqual([]);
  });

  it("takes its words as its usage has them, and its mix and seed at their word", async () => {
    await say("robot 5/s trouble for 3s seed -7");
    expect(control.robot.state()).toMatchObject({ mix: "trouble", most: 15, seed: -7 });
    await say("robot 0.01/s seed 7 for 3s");
    expect(control.robot.state()).toMatchObject({ mix: "mixed", most: 1, seed: 7 });
  });

  it("stops when it is told to", async () => {
    await say("robot 10/s good");
    await shop.clock.advance(SECOND);
    expect((await say("robot stop")).said).toMatch(/sent 1[01] orders/);
    await shop.clock.advance(MINUTE);
    expect((await shop.books()).orders.length).toBeLessThan(12);
  });
});

describe("the live invariants", () => {
  let wall = 0;
  let live: LiveInvariants;
  beforeEach(() => {
    live = liveInvariants(shop.local, () => wall);
  });
  const look = () => {
    wall += 60 * SECOND;
    return shop.drive(live.look());
  };
  const stateOf = async (number: string) =>
    (await look()).invariants.find(({ invariant }) => invariant.startsWith(`${number} `));

  it("wait for rest where they hold at rest only, and hold then", async () => {
    await shop.order("tok_late");
    await shop.clock.advance(3 * SECOND);
    const under = await look();
    expect(under.atRest).toBe(false);
    const states = new Set(under.invariants.map(({ state }) => state));
    expect(states).toEqual(new Set(["holds", "waiting"]));
    await shop.settle();
    const over = await look();
    expect(over.invariants.length).toBeGreaterThan(9);
    expect(over.invariants.filter(({ state }) => state !== "holds")).toEqual([]);
  });

  it("are looked at again within seconds, however slow the machine was at the last look", async () => {
    const slow = liveInvariants(shop.local, () => {
      wall += 10 * SECOND; // whatever is done takes so long
      return wall;
    });
    const first = await shop.drive(slow.look());
    await shop.clock.advance(SECOND);
    expect((await shop.drive(slow.look())).at).toBeGreaterThan(first.at);
  });

  it("cost nothing to those who look again at once", async () => {
    await look();
    const scans = hear(shop.local, ({ operation }) => operation === "Scan");
    for (let i = 0; i < 5; i++) await shop.drive(live.look());
    expect(scans).toHaveLength(0);
    await look();
    expect(scans.length).toBeGreaterThan(5);
  });

  it("are not broken by an order that a person has to look at", async () => {
    await say("attention");
    await shop.clock.advance(MINUTE);
    await shop.settle();
    expect((await stateOf("I9"))?.state).toBe("holds");
    expect((await stateOf("I7"))?.state).toBe("holds");
  });

  it("are not broken by books that did not fit together for a moment", async () => {
    const table = shop.local.nameOf("InventoryTable");
    let scans = 0;
    const stop = shop.local.cloud.guard(async (call, next) => {
      const answer = (await next(call)) as { Items: { available?: object }[] };
      if (call.operation !== "Scan" || call.input.TableName !== table || ++scans > 1) return answer;
      const Items = answer.Items.map((item) =>
        item.available ? { ...item, available: { N: "-1" } } : item,
      );
      return { ...answer, Items };
    });
    expect((await stateOf("I2"))?.state).toBe("holds");
    expect(scans).toBe(2);
    stop();
  });

  it("name the promise that is broken, and where: an oversold animal", async () => {
    await shop.local.call("dynamodb", "UpdateItem", {
      TableName: shop.local.nameOf("InventoryTable"),
      ...(await shop.drive(
        shop.local
          .call("dynamodb", "Scan", { TableName: shop.local.nameOf("InventoryTable") })
          .then(({ Items }) => {
            const item = Items.find((one: { available?: object }) => one.available);
            return { Key: { pk: item.pk, sk: item.sk } };
          }),
      )),
      UpdateExpression: "SET available = :less",
      ExpressionAttributeValues: { ":less": { N: "-1" } },
    });
    const oversold = await stateOf("I2");
    expect(oversold?.state).toBe("broken");
    expect(oversold?.broken[0]?.what).toMatch(/^prd_\S+: -1 \+ 0 is not/);
  });
});

describe("a line that cannot be done is one sentence, with what there is", () => {
  it.each([
    ["", /There is no command ""; there are status, scenario/],
    ["dance", /There is no command "dance"/],
    ["pause", /Pause what\?/],
    [
      "pause the moon",
      /nothing to pause called "the moon"; there are relay, relay orders, projections/,
    ],
    ["pause relay for ever", /span of time from 1ms up to a day.*not "ever"/],
    ["pause relay for 2d", /span of time from 1ms up to a day/],
    ...[
      "0s",
      "0.0000001s",
      "0.4ms",
      "-5s",
      "1e9s",
      "25h",
      "30",
      "30S",
      "٣s",
      "３０s",
      "½m",
      "30s5",
      "∞",
    ].map((span): [string, RegExp] => [
      `fail CapturePayment for ${span}`,
      /^How long is a span of time from 1ms up to a day, such as 30s or 5m, not "[^"]+"\.$/,
    ]),
    [`slow ${"9".repeat(400)}s`, /span of time from 1ms up to a day/],
    ["pause relay for 30 s", /"for" stands at the end/],
    ["pause relay for", /"for" stands at the end/],
    ["pause for 30s", /Pause what\?/],
    ["slow 0.0000001s", /How slow is a span of time from 1ms/],
    ["decline 2 3", /How many cards\?/],
    ["decline 1.5", /whole number from 1/],
    ["conflict InventoryTable 2 3", /How often is one number, not 2 and 3/],
    ["conflict 0", /whole number from 1/],
    ["conflict -1", /There is no table -1/],
    ["lose answer of PutEvents 2 3", /How often is one number/],
    ["lose answer of PutEvents 1001", /whole number from 1 to 1000/],
    ["replay 5", /From when\?/],
    ["replay 2999-01-01", /a time that is over/],
    ["replay 0s", /span of time from 1ms/],
    ["robot 0.0000001/s", /from 0.01 up to 50/],
    ["robot -5/s", /from 0.01 up to 50/],
    ["robot 5/s seed", /A seed is a whole number/],
    ["robot 5/s seed 0x10", /A seed is a whole number/],
    ["robot 5/s seed 1e400", /A seed is a whole number/],
    ["fail Nothing", /There is no function Nothing; there are .*CapturePayment/],
    ["fail CapturePayment 0", /whole number from 1 to 1000, not "0"/],
    ["fail CapturePayment -1", /whole number from 1/],
    ["silence everybody", /provider that can be silenced/],
    ["slow", /How slow is a span of time/],
    ["slow 2h", /minute at most/],
    ["throttle Nothing", /There is no table Nothing; there are .*InventoryTable/],
    ["lose answer of Everything", /There is no AWS operation Everything/],
    ["duplicate ord_none", /No event of ord_none/],
    ["poison Nowhere", /There is no queue with a consumer Nowhere/],
    ["redrive Nowhere", /There is no failure queue Nowhere: did you mean/],
    ["redrive OrderViewsQueueDlq --stage prod", /this shop that is redriven/],
    ["replay tomorrow", /From when\?/],
    ["attention ord_none", /There is no order ord_none/],
    ["robot 51/s", /up to 50\?/],
    ["robot 5/s wild", /There is no mix wild; there are good, mixed, trouble/],
    ["scenario nothing", /There is no scenario nothing/],
    ["restore fault-9", /There is no fault fault-9 any more/],
    ["clock pause", /The clock of this shop/],
    ["rewind 30s", /keeps no past/],
    [`pause ${"x".repeat(2000)}`, /1000 characters/],
    ["constructor", /There is no command/],
  ])("%s", async (line, sentence) => {
    const refusal = await say(line).then(
      ({ said }) => `done: ${said}`,
      ({ message }) => message as string,
    );
    expect(refusal).toMatch(sentence);
    expect(refusal).not.toContain("\n");
    expect(control.faults.list()).toEqual([]);
  });
});

describe("the command line", () => {
  it("gives the line what is not its own", () => {
    const words = ["redrive", "OrderViewsQueueDlq", "--dry-run", "--port", "3001"];
    expect(typed(words)).toMatchObject({
      line: "redrive OrderViewsQueueDlq --dry-run",
      port: "3001",
    });
    expect(() => typed([])).toThrow(/pause relay/);
    expect(() => typed(["status", "--port"])).toThrow(/--port is the port/);
  });

  it("lists every command, and says what comes next", async () => {
    for (const { usage, tells } of commands) {
      expect(help()).toContain(usage);
      expect(help()).toContain(tells);
    }
    expect(shown(await say("status"))).toMatch(/\n {2}paused +nothing\n.*Next: /s);
  });
});

describe("the console's server", () => {
  const ask = async (method: string, path: string, body?: object, more = {}) => {
    const { pageToken, urls, handlers } = shop.local;
    const answer = await shop.drive(
      handlers.api({
        method,
        path: `/_local/console/${path}`,
        query: `token=${pageToken}`,
        headers: {
          host: new URL(urls.api).host,
          "x-petstore": "console",
          "content-type": "application/json",
          ...more,
        },
        body: Buffer.from(body ? JSON.stringify(body) : ""),
      }),
    );
    return { status: answer.status, body: JSON.parse(Buffer.from(answer.body).toString()) };
  };

  it("does a line, shows its fault with its hits, and disarms it", async () => {
    const told = await ask("POST", "commands", { line: "fail CapturePayment 3" });
    expect(told).toMatchObject({
      status: 200,
      body: { said: expect.stringMatching(/3 invocations/) },
    });
    expect((await ask("GET", "faults")).body.faults).toMatchObject([{ id: "fault-1", hits: 0 }]);
    expect((await ask("DELETE", "faults/fault-1")).body.faults).toEqual([]);
    expect((await ask("DELETE", "faults/fault-1")).status).toBe(404);
  });

  it("refuses in one sentence, and whoever comes from elsewhere", async () => {
    const refused = await ask("POST", "commands", { line: "dance" });
    expect(refused).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/no command "dance"/) },
    });
    const origin = { origin: "https://evil.example" };
    expect((await ask("POST", "commands", { line: "reset" }, origin)).status).toBe(403);
    expect((await ask("POST", "commands", { line: "reset" }, { "x-petstore": "" })).status).toBe(
      403,
    );
  });

  it("has the commands as cards, the scenarios, the robot and the invariants", async () => {
    const { commands: cards } = (await ask("GET", "commands")).body;
    expect(
      cards.filter(({ hypothesis }: { hypothesis?: string }) => hypothesis).length,
    ).toBeGreaterThan(9);
    expect((await ask("GET", "scenarios")).body.scenarios.length).toBeGreaterThan(9);
    expect((await ask("GET", "robot")).body).toEqual({ robot: null });
    expect((await ask("GET", "invariants")).body.invariants.length).toBeGreaterThan(9);
  });

  it("writes a command into the trace as what somebody outside did, and what was only looked at not at all", async () => {
    const { trace } = shop.local.cloud;
    const before = trace.last;
    await ask("POST", "commands", { line: "status" });
    await ask("GET", "invariants");
    // A table tells what each read took, also of one that passes no gate.
    const ours = () =>
      trace
        .entries(before, 10_000)
        .filter(
          ({ kind, caller }) =>
            kind === "outside" || (kind !== "dynamodb.units" && caller === administrator),
        );
    expect(ours()).toEqual([]);
    await ask("POST", "commands", { line: "pause relay orders" });
    const [first, second] = ours();
    expect(first).toMatchObject({ kind: "outside", what: "pause relay orders" });
    expect(second?.cause).toBe(first?.seq);
  });
});
