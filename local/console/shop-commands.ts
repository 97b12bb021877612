import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** Commands as `npm run shop --` takes them, the faults that are armed, and who may sign in. */
export const commandRoutes = ({ command, faults, shop }: Sight): Routes => ({
  "POST commands"({ body }) {
    const { line } = body();
    if (typeof line !== "string" || line.trim() === "" || line.length > 20_000)
      throw new Refused(400, 'Say a line: {"line": "pause relay"}.');
    if (!command) throw new Refused(501, "This shop takes no commands.");
    return command(line);
  },
  "GET faults": () => ({ faults: faults?.() ?? [] }),
  "GET accounts": () => ({
    accounts: shop.accounts.map(({ name, fullName, customerId, groups }) => ({
      name,
      fullName,
      customerId,
      groups,
    })),
    stage: shop.graph.stage,
    aws: shop.urls.aws,
  }),
});
