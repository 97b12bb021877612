import { expect, test } from "vitest";
import { cardNamed } from "../../services/payment-provider/src/domain/cards.ts";
import { cards } from "../../web/shop/cards.ts";

test("the shop's page offers cards that the sandbox has", () => {
  expect(cards.filter(([token]) => !cardNamed(token))).toEqual([]);
});
