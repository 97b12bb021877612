import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Beside } from "../../../local/lessons/lesson.ts";
import type { AroundBoth } from "./1-events/new-shop.ts";
import { aroundOf, cardCompany, offers } from "./around.ts";
import type { Monolith } from "./monolith/app.ts";
import { stock } from "./monolith/products.ts";

/** A monolith of a file that runs beside a shop, and what may be done to it: `POST /do/moveStock`, `POST /do/listFrom/view`. */
export const runs = (file: string, acts: readonly string[] = []): Beside => ({
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

    /** Does what is asked by its name, and answers what came of it. */
    const act = async (name: string, argument?: string) => {
      try {
        const all = monolith as unknown as Record<string, (argument?: string) => Promise<unknown>>;
        await all[name]?.(argument);
        return Response.json({ done: name });
      } catch (error) {
        return Response.json({ detail: (error as Error).message }, { status: 409 });
      }
    };
    return {
      async answer({ method, path, headers, body }) {
        const [, first, name = "", argument] = path.split("/");
        const isAct = method === "POST" && first === "do" && acts.includes(name);
        const response = isAct
          ? await act(name, argument)
          : await monolith.request(path, {
              ...{ method, headers },
              ...(body.length > 0 && { body: Buffer.from(body) }),
            });
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
${acts.length > 0 ? `\nWhat can be done to it: ${acts.map((name) => `curl -s -X POST ${url}/do/${name}`).join(", ")}\n` : ""}`,
});
