import { usd } from "@petstore/core/money";
import { type Product, ProductKind } from "@petstore/events/inventory";

const { "live-animal": animal, supplies, perishable } = ProductKind.enum;

type Offer = Product & { stock: number };

const offer = (
  productId: Offer["productId"],
  name: string,
  kind: Offer["kind"],
  cents: number,
  stock: number,
  description: string,
): Offer => ({
  productId,
  name,
  description,
  kind,
  price: usd(cents),
  stock,
});

/** What the pet shop sells, and how much of it arrives with the first delivery. Each animal is one of its kind. */
export const catalogue: Offer[] = [
  offer("prd_goldfish", "Goldie the goldfish", animal, 1200, 1, "Swims left, mostly."),
  offer("prd_hamster", "Hannibal the hamster", animal, 2500, 1, "Runs at night. All night."),
  offer("prd_parrot", "Polly the parrot", animal, 48_000, 1, "Knows eleven words, seven polite."),
  offer("prd_tortoise", "Zeno the tortoise", animal, 31_000, 1, "Will outlive the warranty."),
  offer("prd_rabbit", "Clover the rabbit", animal, 3900, 1, "Digs. Consider the carpet."),
  offer("prd_fish-bowl", "Glass bowl, 12 litres", supplies, 2999, 80, "Round, with a view."),
  offer("prd_hamster-wheel", "Silent wheel", supplies, 1890, 120, "You will thank us at night."),
  offer("prd_bird-cage", "Bird cage, large", supplies, 12_900, 25, "With a door that locks."),
  offer("prd_collar", "Collar with a bell", supplies, 950, 500, "For those who stalk."),
  offer("prd_fish-food", "Fish flakes, 250 g", perishable, 649, 300, "Keeps for nine months."),
  offer("prd_hay", "Meadow hay, 1 kg", perishable, 499, 400, "Smells of July."),
  offer("prd_mealworms", "Mealworms, 100 g", perishable, 379, 60, "Alive until served."),
];
