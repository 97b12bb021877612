import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveForTest } from "../../../local/test/live-for-test.ts";
import { open } from "./3-slice/app.ts";
import { runs } from "./run.ts";

type Live = Awaited<ReturnType<typeof liveForTest>>;
type Opened = Awaited<ReturnType<ReturnType<typeof runs>["open"]>>;

let live: Live;
let opened: Opened;
beforeAll(async () => {
  live = await liveForTest();
  const load = async <Module>() => ({ open }) as Module;
  opened = await live.driven(
    runs("3-slice/app.ts", ["moveStock", "listFrom/both"], ["differences"]).open(live.shop, load),
  );
});
afterAll(async () => {
  await live?.stop();
  opened?.stop();
});

const ask = async (method: string, path: string, body?: object) => {
  const headers = {
    authorization: `Bearer ${live.shop.token("alice")}`,
    "content-type": "application/json",
    "idempotency-key": "one",
  };
  const text = Buffer.from(body ? JSON.stringify(body) : "");
  const request = { method, path, query: "", headers, body: text };
  return live.driven(opened.answer(request));
};

describe("the monolith that --run runs", () => {
  it("takes orders, does what it is asked by its name, and works on by itself", async () => {
    const moved = await ask("POST", "/do/moveStock");
    expect(JSON.parse(String(moved.body))).toEqual({ done: "moveStock" });
    const lamp = { productId: "prd_basking-lamp", quantity: 1 };
    const placed = await ask("POST", "/orders", { lines: [lamp], paymentToken: "tok_approve" });
    expect(placed.status).toBe(201);
    await live.machine.pass(live.clock, 5_000);
    const { orderId } = JSON.parse(String(placed.body));
    const told = live.shop.emails().filter(({ tags }) => tags.order === orderId);
    expect(told.map(({ to }) => to)).toEqual([["alice@example.com"]]);
  });

  it("shows what it is asked for, and says what there is", async () => {
    expect((await ask("POST", "/do/listFrom/both")).status).toBe(200);
    expect((await ask("GET", "/orders")).status).toBe(200);
    const { status, body } = await ask("GET", "/show/differences");
    expect(status).toBe(200);
    expect(JSON.parse(String(body))).toEqual({ differences: expect.any(Array) });
    expect(String((await ask("GET", "/")).body)).toContain("POST /do/moveStock");
  });

  it("does nothing that is not offered", async () => {
    expect((await ask("POST", "/do/moveBack")).status).toBe(404);
    expect((await ask("GET", "/do/moveStock")).status).toBe(404);
  });
});
