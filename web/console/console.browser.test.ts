import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { browserTest, type RunningShop, startShop } from "../test/browser.ts";
import { consoleInBrowser } from "../test/console-in-browser.ts";

const there = consoleInBrowser();
const { see, ordered } = there;
const place = async (page: Page, preset: string) => {
  await page.getByRole("button", { name: "Place an order" }).click();
  await page.locator(".presets button.plain", { hasText: preset }).click();
  await page.locator(".notice", { hasText: "ordered." }).last().waitFor();
};
const tab = (page: Page, name: string) => page.locator(".tabs a", { hasText: name }).click();
const newest = async (page: Page) => {
  await page.keyboard.press("n");
  await page.locator(".order h1").waitFor();
};
const status = (page: Page, text: string) => page.locator(`.order h1 .${text}`).waitFor();
/** Opens the console with an order that went well. */
const seeOrder = async () => {
  const page = await see(`/console/orders/${await ordered()}`);
  await status(page, "CONFIRMED");
  return page;
};
const say = async (page: Page, title: string, line: string) => {
  const card = page.locator(".fault-card", { hasText: title });
  await card.getByRole("searchbox").fill(line);
  await card.getByRole("button", { name: "Do it" }).click();
};
/** The id of the order that is shown. */
const shownId = (page: Page) => page.locator(".order-id code").textContent();
const pause = async (page: Page) => {
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.locator(".paused").waitFor();
};
const goOn = async (page: Page) => {
  await page.getByRole("button", { name: "Let time go on" }).click();
  await page.locator(".paused").waitFor({ state: "hidden" });
};
/** Chooses the moment when the doors were opened. */
const chooseOldest = async (page: Page) => {
  await page.getByRole("slider", { name: "Choose a moment of the past" }).focus();
  await page.keyboard.press("Home");
};
/** Asks the shop as the console does. */
const asked = (page: Page, path: string) =>
  page.evaluate<string>(
    `fetch("/_local/console/${path}", { headers: { "x-petstore": "console" } }).then((a) => a.text())`,
  );

describe("in the console", () => {
  // First, for nothing was ordered yet.
  browserTest("a newcomer is told what to do, and one button does it", async () => {
    const page = await see();
    await page.getByText("Nothing was ordered yet").waitFor();
    await page.getByRole("button", { name: "Send the first order" }).click();
    await page.locator(".notice", { hasText: "ordered." }).waitFor();
    await page.locator(".notice").getByRole("button", { name: "Close" }).click();
    await page.getByText("has all keys").waitFor();
  });

  browserTest("what is said covers nothing, and no wire crosses a name", async () => {
    const page = await see();
    await place(page, "Two want the last animal");
    const bottom = await page.evaluate<number>(
      `document.querySelector("main").getBoundingClientRect().bottom`,
    );
    for (const notice of await page.locator(".notice").all()) {
      const box = await notice.boundingBox();
      expect(box?.y).toBeGreaterThanOrEqual(bottom - 1);
    }
    // Wherever a wire runs through a name, the name lies above it.
    const crossed = await page.evaluate<string[]>(
      `[...document.querySelectorAll(".wire")].flatMap((wire) => {
        const { left, top } = wire.ownerSVGElement.getBoundingClientRect();
        return Array.from({ length: wire.getTotalLength() / 3 }, (_, i) => {
          const { x, y } = wire.getPointAtLength(i * 3);
          const under = [...document.querySelectorAll(".room-name")].find((name) => {
            const box = name.getBoundingClientRect();
            return left + x > box.left && left + x < box.right && top + y > box.top && top + y < box.bottom;
          });
          const seen = document.elementFromPoint(left + x, top + y)?.closest(".room-name");
          return under && seen !== under ? under.textContent : "";
        });
      })`,
    );
    expect(crossed.filter(Boolean)).toEqual([]);
  });

  browserTest("an order is followed from its request to the e-mail", async () => {
    const page = await see();
    await place(page, "An order that goes well");
    await newest(page);
    await status(page, "CONFIRMED");
    await page.locator(".waterfall .label", { hasText: "CapturePayment" }).waitFor();
    await page.getByRole("button", { name: /E-mails \([1-9]/ }).click();
    await page.locator(".mails button").first().click();
    await page.locator(".bar-panel pre").first().waitFor();
    await page.locator(".bar-panel .close").click();
    await page.locator(".waterfall .row", { hasText: "ReserveStock" }).click();
    await page.getByText("services/inventory/src/handlers/reserve-stock.ts").waitFor();
  });

  browserTest(
    "what passes is counted on the map, and told line by line to who opens the list",
    async () => {
      const page = await see();
      await page.emulateMedia({ reducedMotion: "no-preference" });
      await page.locator("html[data-calm=false]").waitFor();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      const isAsked = (what: string) => asked.some((path) => path.endsWith(`/console/${what}`));
      await tab(page, "Map");
      const requests = page.locator(".is-api .cell-count");
      const before = Number(await requests.textContent());
      await place(page, "An order that goes well");
      await page.waitForFunction(
        (most) => Number(document.querySelector(".is-api .cell-count")?.textContent) > most,
        before,
      );
      // The question that was open when we began to listen may have been answered with it.
      await expect.poll(() => isAsked("news")).toBe(true);
      expect(isAsked("trace")).toBe(false);
      await page.keyboard.press("t");
      const row = (text: string) => page.locator(".tick-what", { hasText: text });
      await page.getByRole("searchbox", { name: "Filter what passes" }).fill("POST /orders");
      await row("POST /orders").first().waitFor();
      const told = await row("POST /orders").count();
      await place(page, "An order that goes well");
      await row("POST /orders").nth(told).waitFor();
      await page.locator(".ticker .close").click();
      await page.locator(".ticker").waitFor({ state: "detached" });
    },
  );

  browserTest("a declined card is seen undone, in the waterfall and on the ladder", async () => {
    const page = await see();
    await place(page, "A card that is declined");
    await newest(page);
    await status(page, "REJECTED");
    await page.locator(".waterfall .bar.undoes").first().waitFor();
    await tab(page, "Saga");
    await page.locator(".rung.undo.done", { hasText: "ReleaseStock" }).waitFor();
    await page.locator(".rung.caught", { hasText: "AuthorizePayment" }).waitFor();
  });

  browserTest("a duplicate of an event changes nothing, and all promises hold", async () => {
    const page = await seeOrder();
    const oneMail = page.getByRole("button", { name: "E-mails (1)", exact: true });
    await oneMail.waitFor();
    await tab(page, "Break it");
    await say(page, "Deliver an event twice", "duplicate OrderPlaced");
    await page.locator(".notice code", { hasText: "duplicate OrderPlaced" }).waitFor();
    await page.locator(".promises header", { hasText: "at rest" }).waitFor();
    await page.locator(".promise.broken").waitFor({ state: "detached" });
    await page.goBack();
    await status(page, "CONFIRMED");
    await oneMail.waitFor();
  });

  browserTest("what waits behind a stopped relay is drained when it goes on", async () => {
    const page = await see("/console/break");
    await say(page, "Stop a consumer", "pause relay");
    await page.locator(".notice code", { hasText: "pause relay" }).waitFor();
    await place(page, "An order that goes well");
    await newest(page);
    await status(page, "PENDING");
    await tab(page, "Map");
    await page.locator(".cell.is-paused").first().waitFor();
    await tab(page, "Break it");
    await page.getByRole("button", { name: "Restore all", exact: true }).click();
    await newest(page);
    await status(page, "CONFIRMED");
  });

  browserTest("a clock that stands lets nothing fail; steps go through an order", async () => {
    const page = await see();
    await pause(page);
    const before = JSON.parse(await asked(page, "clock")).now;
    const ordered = async () => JSON.parse(await asked(page, "orders")).orders.length;
    const others = await ordered();
    // The answer comes when time goes on: the button is clicked, and the order waits.
    await page.getByRole("button", { name: "Place an order" }).click();
    await page.locator(".presets button.plain", { hasText: "goes well" }).click();
    for (let steps = 0; steps < 5; steps++) {
      await page.getByRole("button", { name: "Step", exact: true }).click();
      await page.locator(".notice", { hasText: "One decision:" }).last().waitFor();
    }
    expect(JSON.parse(await asked(page, "clock")).now - before).toBeLessThan(60_000);
    await goOn(page);
    await expect.poll(ordered).toBeGreaterThan(others);
    await newest(page);
    await status(page, "CONFIRMED");
    expect(await page.locator(".waterfall .bar.failed").count()).toBe(0);
  });

  browserTest("after a rewind the order was never placed, and another may be", async () => {
    const page = await seeOrder();
    const lost = await shownId(page);
    await chooseOldest(page);
    await page.getByRole("button", { name: "Rewind" }).click();
    await page.locator(".notice", { hasText: "The shop is where it was" }).waitFor();
    await tab(page, "Orders");
    await page.getByText("No order yet").waitFor();
    await page.reload();
    await place(page, "A card that is declined");
    await newest(page);
    await status(page, "REJECTED");
    expect(await asked(page, "orders")).not.toContain(lost);
  });

  browserTest("a poisoned message is found, repaired and redriven, and that is seen", async () => {
    const page = await seeOrder();
    const order = page.url();
    await tab(page, "Break it");
    await say(page, "Poison a queue", "poison OrderViewsQueue");
    await page.locator(".notice code", { hasText: "poison OrderViewsQueue" }).waitFor();

    // Its order says that something of it waits, and leads there.
    await page.goBack();
    await page.locator(".sentence", { hasText: "waits for a person as a dead letter" }).waitFor();
    await page.locator(".dead-letters a", { hasText: "OrderViewsQueueDlq" }).click();
    await page.locator(".message-card .misfit").first().waitFor();
    await page.getByRole("button", { name: "Edit and redrive" }).click();
    const body = page.getByRole("textbox", { name: "Body of the message" });
    const send = page.getByRole("button", { name: "Redrive", exact: true });

    // What does not fit its contract gets one sentence, and stays.
    await send.click();
    await page.getByRole("alert").filter({ hasText: "It does not fit its contract" }).waitFor();
    await body.fill((await body.inputValue()).replace('"dta"', '"data"'));
    await send.click();
    await page.locator(".notice", { hasText: "1 of OrderViewsQueueDlq went on" }).waitFor();
    await page.getByText("Nothing is here: ProjectOrders gave nothing up.").waitFor();
    const lately = page.getByRole("region", { name: "Redriven lately" }).locator("li");
    await lately
      .filter({ hasText: "in the console" })
      .locator(".status", { hasText: "edited" })
      .waitFor();
    await page.goto(order);
    await status(page, "CONFIRMED");
    await page.locator(".dead-letters").waitFor({ state: "hidden" });
  });

  browserTest("a pattern that is none gets one sentence", async () => {
    const page = await see("/console/messages/pattern");
    // The newest event is tried on as soon as the view is there.
    await page.locator("[role=status]", { hasText: /[●▲]/ }).waitFor();
    await page.getByRole("textbox", { name: "Pattern", exact: true }).fill('{"source": "x"}');
    await page.getByRole("button", { name: "Try it" }).click();
    await page.locator("[role=status].misfit", { hasText: "InvalidEventPattern" }).waitFor();
  });

  browserTest("a fork has the past, another fate and a console of its own", async () => {
    const page = await seeOrder();
    const mine = (await shownId(page)) ?? "";
    const forkIn = async () => {
      await page.bringToFront();
      await chooseOldest(page);
      const [tab] = await Promise.all([
        there.context.waitForEvent("page"),
        page.getByRole("button", { name: "Fork", exact: true }).click(),
      ]);
      return tab;
    };
    const other = await forkIn();
    await other
      .locator(".fork-banner", { hasText: `This is a fork of ${there.shop.api} at` })
      .waitFor();
    await tab(other, "Orders");
    await other.getByText("No order yet").waitFor();
    await tab(other, "Break it");
    await say(other, "Decline a card", "decline 1");
    await other.locator(".top .faults-on").waitFor();
    await place(other, "An order that goes well");
    await newest(other);
    await status(other, "REJECTED");

    const theirs = (await shownId(other)) ?? "";

    // Here nothing of it is known.
    await page.bringToFront();
    await page.getByRole("button", { name: "1 fork ▴" }).waitFor();
    expect(await page.locator(".top .faults-on").count()).toBe(0);
    await tab(page, "Orders");
    await page.locator(`.orders a[href*="${mine}"]`).waitFor();
    expect(await asked(page, "orders")).not.toContain(theirs);

    const second = await forkIn();
    await second.locator(".fork-banner").waitFor();
    await page.bringToFront();
    await chooseOldest(page);
    await page.getByRole("button", { name: "Fork", exact: true }).click();
    await page.locator(".notice.wrong", { hasText: "There are 2 forks already" }).waitFor();
    for (const n of [1, 2]) {
      if (n === 1) await page.getByRole("button", { name: "2 forks ▴" }).click();
      await page.getByRole("button", { name: `Stop fork ${n}` }).click();
      await page.locator(".notice", { hasText: `Fork ${n} is stopped` }).waitFor();
    }
    await other.locator(".fork-banner", { hasText: "it was stopped" }).waitFor();
    await page.locator(".notice.wrong .close").click();
  });

  browserTest("every screen is reached with the keyboard alone", async () => {
    const page = await see();
    await page.locator(".cell").first().waitFor();
    for (const [i, name] of ["Map", "Orders", "Saga", "Messages", "Data", "Break it"].entries()) {
      await page.keyboard.press(String(i + 1));
      await page.locator(".tabs [aria-current]", { hasText: name }).waitFor();
    }
    await page.keyboard.press("o");
    await page.locator(".notice", { hasText: "ordered." }).waitFor();
    await page.keyboard.press("n");
    await status(page, "CONFIRMED");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" });
    await page.keyboard.press(" ");
    await page.locator(".paused").waitFor();
    await page.keyboard.press(" ");
    await page.locator(".paused").waitFor({ state: "hidden" });
  });

  browserTest("a hostile name of a product is text", async () => {
    const { aws: endpoint, accessKeyId, secretAccessKey } = there.shop;
    const credentials = { accessKeyId, secretAccessKey };
    const lambda = new LambdaClient({ endpoint, region: "us-east-1", credentials });
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    const name = `<img src=x onerror="document.title='broken'">`;
    const price = { amount: 100, currency: "USD" };
    await lambda.send(
      new InvokeCommand({
        FunctionName: Functions.find((one) => one.FunctionName?.includes("ListProduct"))
          ?.FunctionName,
        Payload: JSON.stringify({ productId: "prd_hostile", name, kind: "supplies", price }),
      }),
    );
    const page = await see();
    const { last } = JSON.parse(await asked(page, "trace?after=0&limit=1"));
    const trace = JSON.parse(await asked(page, `trace?after=${Math.max(0, last - 300)}`)).entries;
    const seq = trace.findLast(
      ({ kind, who }: { kind: string; who?: string }) =>
        kind === "invocation-started" && who?.includes("ListProduct"),
    )?.seq;
    expect(seq).toBeGreaterThan(0);
    await page.goto(`${there.shop.api}/console/orders/${await ordered()}?bar=${seq}`);
    await page
      .locator(".bar-panel pre, .bar-panel dd", { hasText: "<img src=x" })
      .first()
      .waitFor({ state: "attached" });
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("broken");
  });

  browserTest("a page of another origin can read nothing and post nothing", async () => {
    const mine = await see();
    const before = JSON.parse(await asked(mine, "clock"));
    const evil = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end("<!doctype html><title>evil</title>");
    });
    await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
    try {
      const page = await there.context.newPage();
      // That the browser shows nothing is not enough: the server must refuse.
      const statuses: number[] = [];
      page.on("response", (response) => {
        if (response.url().includes("/_local/console/")) statuses.push(response.status());
      });
      await page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
      const tried = await page.evaluate<string[]>(`(async () => {
        const out = [];
        const at = "${there.shop.api}/_local/console/";
        const head = { "x-petstore": "console" };
        const pause = '{"line":"clock pause"}';
        const tries = [
          [at + "orders", { credentials: "include" }],
          [at + "orders", { credentials: "include", headers: head }],
          [at + "commands", { method: "POST", credentials: "include", body: pause }],
          [at + "commands", { method: "POST", credentials: "include", headers: head, body: pause }],
          ["${there.shop.api}/_local/token/alice", { credentials: "include" }],
        ];
        for (const [url, how] of tries)
          out.push(await fetch(url, how).then((a) => a.text()).catch(() => "refused"));
        await fetch(at + "commands", { method: "POST", mode: "no-cors", credentials: "include", body: pause }).catch(() => {});
        // A browser sends a cookie along when a page of this machine is loaded in a frame, whatever its port.
        const asking = document.createElement("iframe");
        asking.src = at + "orders";
        const asked = new Promise((r) => { asking.onload = r; });
        document.body.append(asking);
        await asked;
        const frame = document.createElement("iframe");
        frame.src = "${there.shop.api}/console/";
        const loaded = new Promise((r) => { frame.onload = r; });
        document.body.append(frame);
        await loaded;
        try { out.push(frame.contentDocument ? "framed" : "refused"); } catch { out.push("refused"); }
        return out;
      })()`);
      expect(tried).toEqual(tried.map(() => "refused"));
      expect(statuses.length).toBeGreaterThan(0);
      expect(statuses).toEqual(statuses.map(() => 403));
      expect(JSON.parse(await asked(mine, "clock")).paused).toBe(before.paused);
    } finally {
      evil.closeAllConnections();
      evil.close();
    }
  });
});

describe("when the server goes away and comes back", () => {
  browserTest("the console says so, and goes on by itself with what is there now", async () => {
    const { shop } = there; // the last test of this file: nobody needs it any more
    let second: RunningShop | undefined;
    try {
      const page = await see("/console/orders", shop, { outage: true });
      await place(page, "An order that goes well");
      await page.locator(".orders a").first().waitFor();
      await shop.stop();
      await page.locator(".lost").waitFor();
      second = await startShop("--api-port", new URL(shop.api).port);
      // Another shop has another token: the page says what to do, and after that all is there again.
      await page.goto(`${second.api}/console/orders?token=${second.token}`);
      await page.locator(".lost").waitFor({ state: "hidden" });
      await place(page, "An order that goes well");
      await page.locator(".orders a").first().waitFor();
    } finally {
      await second?.stop();
    }
  });
});
