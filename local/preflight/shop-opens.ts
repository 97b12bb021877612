import { virtualShop } from "../virtual-shop.ts";
import { bad, fine, type Look } from "./finding.ts";

/** Opens the whole shop in this process and follows one order to its end: handlers, saga, views. */
export const shopOpens: Look = async () => {
  const began = performance.now();
  try {
    const shop = await virtualShop();
    const { status } = await shop.order().then(async (id) => {
      await shop.settle();
      return shop.read(id);
    });
    await shop.local.stop();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    return status === "CONFIRMED"
      ? fine(`The shop opens, and an order is confirmed in it (${seconds} s).`)
      : bad(`The shop opens, and an order in it ends as ${status}: npm test says more.`);
  } catch (error) {
    return bad(`The shop does not open: ${(error as Error).message}`);
  }
};
