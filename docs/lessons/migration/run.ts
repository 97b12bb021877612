import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Beside } from "../../../local/lessons/lesson.ts";
import type { AroundBoth } from "./1-events/new-shop.ts";
import { aroundOf, cardCompany, offers } from "./around.ts";
import type { Monolith } from "./monolith/app.ts";
import { stock } from "./monolith/products.ts";

/**
 * A monolith of a file that runs beside a shop: what is done to it where somebody posts to /do/moveStock, for one, and what
 * it shows of itself at /show/differences.
 */
export const runs = (
  file: string,
  acts: readonly string[] = [],
  shows: readonly string[] = [],
): Beside => ({
  async open(local, load) {
    const { clock } = local;
    const { open } = await load<{ open: (around: AroundBoth) => Monolith }>(file);
    const folder = mkdtempSync(join(tmpdir(), "monolith-"));
    const around = aroundOf(
      { local, clock },
      {
        file: join(folder, "shop.db"),
        charge: cardCompany({ local, clock }).charge,
        now: () => new Date(clock.now()).toISOString(),
      },
    );
    await around.newShop.letSagasBegin(false);
    const monolith = open(around);
    await monolith.database.transaction((sql) => stock(sql, offers));
    let over = false;
    const work = async () => {
      if (over) return;
      await monolith.work().catch(() => {}); // what it could not do now, it does the next time
      clock.after(1_000, "the monolith works", work);
    };
    void work();

    /** Does what is asked, as in moveStock or listFrom/view, and answers what came of it. */
    const act = async (asked: string) => {
      const [name = "", argument] = asked.split("/");
      const all = monolith as unknown as Record<string, (argument?: string) => Promise<unknown>>;
      try {
        await all[name]?.(argument);
        return Response.json({ done: asked });
      } catch (error) {
        return Response.json({ detail: (error as Error).message }, { status: 409 });
      }
    };
    const shown = (name: string) => {
      const value = (monolith as unknown as Record<string, unknown>)[name];
      return Response.json({ [name]: typeof value === "function" ? value() : value });
    };
    const offered = [
      ...["POST /orders", "GET /orders", "GET /products"],
      ...acts.map((one) => `POST /do/${one}`),
      ...shows.map((one) => `GET /show/${one}`),
    ].join(", ");
    return {
      async answer({ method, path, headers, body }) {
        const asked = acts.find((one) => path === `/do/${one}`);
        const looked = shows.find((one) => path === `/show/${one}`);
        const answered = () => {
          if (asked && method === "POST") return act(asked);
          if (looked && method === "GET") return shown(looked);
          if (path === "/" && method === "GET") return new Response(`There is: ${offered}.`);
          return monolith.request(path, {
            ...{ method, headers },
            ...(body.length > 0 && { body: Buffer.from(body) }),
          });
        };
        const response = await answered();
        return {
          status: response.status,
          headers: Object.fromEntries(response.headers),
          body: `${await response.text()}\n`,
        };
      },
      stop() {
        over = true;
        monolith.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
  told: (url, signedIn) =>
    `The monolith runs beside the shop, at ${url}. Order a lamp as Alice, and look at her orders:

curl -s -X POST ${url}/orders ${signedIn} -H "idempotency-key: $RANDOM" -H "content-type: application/json" -d '{"lines":[{"productId":"prd_basking-lamp","quantity":1}],"paymentToken":"tok_approve"}'
curl -s ${url}/orders ${signedIn}
${acts.map((asked) => `curl -s -X POST ${url}/do/${asked}\n`).join("")}${shows.map((one) => `curl -s ${url}/show/${one}\n`).join("")}`,
});
