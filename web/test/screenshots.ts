import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { become, browserFile, openBrowser, openPage, startShop } from "./browser.ts";
import { withPalette } from "./palette.ts";

const help = `Takes a picture of every page, light and dark, at 1280x720, of the shop at 390x844, too.

  npm run screenshots                      into docs/images
  npm run screenshots -- --to <folder>     into a folder
  npm run screenshots -- --only <text>     of pages whose name has this in it
`;

const { values } = parseArgs({
  options: {
    to: { type: "string", default: join(import.meta.dirname, "../../docs/images") },
    only: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});

/** What a picture may weigh in a repository, in bytes. */
const MOST = 150 * 1024;
const wide = { width: 1280, height: 720 };
const phone = { width: 390, height: 844 };

type Shot = (name: string) => Promise<void>;

const add = (page: Page, product: string) =>
  page
    .locator(".card", { hasText: product })
    .getByRole("button", { name: /Into the basket/ })
    .click();
const order = async (page: Page, card: string) => {
  await page.locator(".to-basket").click();
  await page.getByRole("radio", { name: card }).check();
  await page.getByRole("button", { name: /Order and pay/ }).click();
};

/** The shop's pages, in the order in which a customer sees them. */
const shopPages = async (page: Page, shot: Shot) => {
  await page.locator(".left").first().waitFor();
  await shot("catalogue");
  await page.locator("header .who").click();
  await shot("who");
  await become(page, "Alice Abbot");
  await add(page, "Meadow hay");
  await add(page, "Glass bowl");
  await page.locator(".to-basket").click();
  await page.getByText("Together").waitFor();
  await shot("basket");
  await order(page, "A slow bank");
  await page.getByRole("heading", { name: "Waiting for your bank" }).waitFor();
  await shot("order-waiting");
  await page.getByRole("heading", { name: "It is all yours" }).waitFor();
  await shot("order-done");
  await page.locator(".brand").click();
  await add(page, "Collar");
  await order(page, "A card that is declined");
  await page.getByRole("heading", { name: "Your bank said no" }).waitFor();
  await shot("order-declined");
  await page.getByRole("link", { name: "My orders" }).first().click();
  await page.locator(".orders li").nth(1).waitFor();
  await shot("orders");
};

/** Places one of the console's orders, and waits until it is told. */
const place = async (page: Page, preset: string) => {
  await page.getByRole("button", { name: "Place an order" }).click();
  const entry = page.locator(".presets button.plain", { hasText: preset });
  const shows = await entry.locator(".quiet").textContent();
  await entry.click();
  const notice = page.locator(".notice", { hasText: shows ?? "" });
  await notice.waitFor();
  await notice.getByRole("button", { name: "Close" }).click();
};

/** The console's pages, with traffic on the map and an order that was undone. */
const consolePages = async (page: Page, shot: Shot) => {
  const tab = (name: string) => page.locator(".tabs a", { hasText: name }).click();
  await place(page, "An order that goes well");
  await page.keyboard.press("n");
  await page.locator(".order .CONFIRMED").waitFor();
  await shot("order");
  await place(page, "A card that is declined");
  await page.keyboard.press("n");
  await page.locator(".order .REJECTED").waitFor();
  // Until all of it is told.
  await page.getByRole("button", { name: /E-mails \([1-9]/ }).waitFor();
  await shot("order-declined");
  await tab("Saga");
  await page.locator(".rung.undo.done").first().waitFor();
  await shot("saga");
  await tab("Messages");
  await shot("messages");
  await tab("Data");
  await page.locator(".data-choice a", { hasText: "CONFIRMED" }).first().click();
  await page.locator(".all-steps summary").click();
  await page.locator(".all-steps button", { hasText: "ConfirmOrder changed order" }).click();
  await page.locator(".row-card.is-changed").first().waitFor();
  await shot("data");
  await page.getByRole("link", { name: "Rebuild a read model" }).click();
  await page.locator(".view-panel .hash").first().waitFor();
  await shot("data-rebuild");
  await tab("Break it");
  await page.locator(".fault-card").first().waitFor();
  await page.locator(".promise").first().waitFor();
  await shot("break");
  await page.locator(".robot button.primary").click();
  await page.locator(".notice .close").last().click();
  await tab("Map");
  await page.locator(".wire.lit").nth(3).waitFor();
  await shot("map");
  await tab("Break it");
  await page.locator(".robot button.danger").click();
};

const take = async () => {
  if (!browserFile) {
    process.stderr.write("No Chromium here: install Debian's, or name one in CHROMIUM.\n");
    process.exitCode = 2;
    return;
  }
  mkdirSync(values.to, { recursive: true });
  const [shop, browser] = await Promise.all([startShop(), openBrowser()]);
  const photographer =
    (page: Page, prefix: string, suffix: string): Shot =>
    async (name) => {
      const title = `${prefix}-${name}-${suffix}`;
      if (!title.includes(values.only)) return;
      const path = join(values.to, `${title}.png`);
      const picture = withPalette(await page.screenshot({ animations: "disabled" }));
      writeFileSync(path, picture);
      const size = picture.length;
      process.stdout.write(`${title}.png ${Math.round(size / 1024)} KB\n`);
      if (size > MOST) process.stderr.write(`${title}.png is over ${MOST / 1024} KB.\n`);
    };
  try {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [viewport, size] of [
        [wide, ""],
        [phone, "phone-"],
      ] as const) {
        const context = await browser.newContext({ viewport, colorScheme });
        context.setDefaultTimeout(240_000);
        const page = await openPage(context, shop);
        await shopPages(page, photographer(page, "shop", `${size}${colorScheme}`));
        for (const fault of page.faults) process.stderr.write(`${fault}\n`);
        await context.close();
      }
      const context = await browser.newContext({ viewport: wide, colorScheme });
      context.setDefaultTimeout(240_000);
      const page = await openPage(context, shop, "/console/");
      await consolePages(page, photographer(page, "console", colorScheme));
      for (const fault of page.faults) process.stderr.write(`${fault}\n`);
      await context.close();
    }
  } finally {
    await browser.close();
    await shop.stop();
  }
};

if (values.help) process.stdout.write(help);
else await take();
