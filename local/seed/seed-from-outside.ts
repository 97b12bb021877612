import { CannotStart } from "emulator/kernel/refusals";
import { askApi, type Target } from "../target.ts";
import { catalogue } from "./catalogue.ts";

/** Under the same key it is taken in once, however often it is sent. */
const firstDelivery = "the-very-first-delivery";

/** Lists the catalogue and takes in the first delivery, as often as one likes. Throws CannotStart for what is missing. */
export const seedFromOutside = async (target: Target, say: (text: string) => void) => {
  const token = await target.token("administrator");
  for (const { stock: _stock, ...product } of catalogue) {
    await target.invoke("ListProduct", product);
    say(`listed     ${product.name}`);
  }
  const { status, detail } = await askApi(target, "/stock/receipts", {
    token,
    key: firstDelivery,
    body: { lines: catalogue.map(({ productId, stock }) => ({ productId, quantity: stock })) },
  });
  if (status === 403)
    throw new CannotStart(
      "This user is no administrator: `aws cognito-idp admin-add-user-to-group`, as in docs/deploy.md, and sign in again.",
    );
  if (status >= 300)
    throw new CannotStart(`${target.name} did not take the first delivery: ${status} ${detail}`);
  say(`delivered  ${catalogue.length} products, once: ${target.api}/products`);
};
