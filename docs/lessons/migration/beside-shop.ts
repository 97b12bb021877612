import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newUlid } from "@petstore/core/ulid";
import type { Shop } from "../../../local/lessons/lesson.ts";
import type { AroundBoth } from "./1-events/new-shop.ts";
import { aroundOf, cardCompany, offers } from "./around.ts";
import type { Monolith } from "./monolith/app.ts";
import { stock } from "./monolith/products.ts";

// biome-ignore lint/suspicious/noExplicitAny: an answer, as a client sees it
type Answer = { status: number; body: any };

/** A monolith beside a shop, and how one asks it. Whatever takes time has to be driven. */
export type Beside<Opened extends Monolith> = {
  monolith: Opened;
  company: ReturnType<typeof cardCompany>;
  /** Somebody orders one of something. */
  order: (
    as: string,
    productId: string,
    more?: { key?: string; token?: string },
  ) => Promise<Answer>;
  /** Somebody's orders, as the monolith lists them. */
  list: (as: string) => Promise<Answer["body"][]>;
  /** Which customers have got e-mails, one after the other. */
  toldTo: () => string[];
  /** Lets what is ordered from now on be dated so many milliseconds back. */
  dateBack: (ms: number) => void;
  /** Lets the monolith do once what it does between requests, and time pass until the shop is at rest. */
  settle: () => Promise<void>;
  /** Ends the process and opens another version of the monolith on its database. */
  deploy: <Other extends Monolith>(open: (around: AroundBoth) => Other) => Beside<Other>;
};

/** Opens a monolith beside a shop whose sagas do not begin yet, lets a story happen, and closes it. */
export const beside = async <Opened extends Monolith, Found>(
  shop: Shop,
  open: (around: AroundBoth) => Opened,
  story: (world: Beside<Opened>) => Promise<Found>,
): Promise<Found> => {
  const folder = mkdtempSync(join(tmpdir(), "monolith-"));
  const company = cardCompany(shop);
  let ago = 0;
  const around = aroundOf(shop, {
    file: join(folder, "shop.db"),
    charge: company.charge,
    now: () => new Date(shop.clock.now() - ago).toISOString(),
  });
  let now: Monolith | undefined;

  const worldOf = <Now extends Monolith>(monolith: Now): Beside<Now> => {
    now = monolith;
    const headersOf = (as: string) => ({ authorization: `Bearer ${shop.local.token(as)}` });
    return {
      monolith,
      company,
      async order(as, productId, { key = newUlid(), token: paymentToken = "tok_approve" } = {}) {
        const answer = await monolith.request("/orders", {
          method: "POST",
          headers: { ...headersOf(as), "content-type": "application/json", "idempotency-key": key },
          body: JSON.stringify({ lines: [{ productId, quantity: 1 }], paymentToken }),
        });
        return { status: answer.status, body: await answer.json() };
      },
      async list(as) {
        const answer = await monolith.request("/orders", { headers: headersOf(as) });
        return ((await answer.json()) as { items: Answer["body"][] }).items;
      },
      toldTo: () =>
        shop.local
          .emails()
          .flatMap(({ to }) => to)
          .flatMap((address) => {
            const { name } = shop.local.accounts.find(({ email }) => email === address) ?? {};
            return name ? [name] : []; // the rest is for the shop's staff
          }),
      dateBack(ms) {
        ago = ms;
      },
      async settle() {
        await shop.drive(monolith.work().catch(() => {}));
        await shop.settle();
      },
      deploy(other) {
        monolith.close();
        return worldOf(other(around));
      },
    };
  };
  try {
    await around.newShop.letSagasBegin(false);
    const world = worldOf(open(around));
    await world.monolith.database.transaction((sql) => stock(sql, offers));
    return await story(world);
  } finally {
    now?.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
