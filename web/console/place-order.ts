import { Refusal, sentenceOf } from "./ask.ts";
import { goToOrder } from "./route.ts";
import { accounts, attempt, orders, say, who } from "./state.ts";
import { signedIn } from "./terminal.ts";

/** An order that shows something. */
export type Preset = {
  id: string;
  label: string;
  shows: string;
  lines: { productId: string; quantity: number }[];
  paymentToken: string;
  /** Who orders at the same time, where that is the point. */
  rival?: string;
};

/** Orders that show something, each with what one sees. */
export const presets: Preset[] = [
  {
    id: "happy",
    label: "An order that goes well",
    shows: "Down the saga, over the bus, to the e-mail.",
    lines: [
      { productId: "prd_fish-bowl", quantity: 1 },
      { productId: "prd_fish-food", quantity: 2 },
    ],
    paymentToken: "tok_approve",
  },
  {
    id: "declined",
    label: "A card that is declined",
    shows: "The stock goes back and the order is rejected: compensation.",
    lines: [{ productId: "prd_hay", quantity: 1 }],
    paymentToken: "tok_decline",
  },
  {
    id: "slow",
    label: "A provider that answers late",
    shows: "The saga waits with a task token, and costs nothing meanwhile.",
    lines: [{ productId: "prd_collar", quantity: 1 }],
    paymentToken: "tok_late",
  },
  {
    id: "out-of-stock",
    label: "More than there is",
    shows: "Inventory refuses; nothing was charged.",
    lines: [{ productId: "prd_mealworms", quantity: 99 }],
    paymentToken: "tok_approve",
  },
  {
    id: "last-animal",
    label: "Two want the last animal",
    shows: "One conditional write decides; the other is refused.",
    lines: [{ productId: "prd_rabbit", quantity: 1 }],
    paymentToken: "tok_approve",
    rival: "bob",
  },
];

const tokenOf = async (name: string): Promise<string> => {
  const answer = await fetch(`/_local/token/${name}`, { headers: { accept: "application/json" } });
  const { token, message } = await answer.json();
  if (!answer.ok) throw new Refusal(answer.status, String(message));
  return token;
};

const bodyOf = ({ lines, paymentToken }: Preset) => JSON.stringify({ lines, paymentToken });

const placeAs = async (name: string, preset: Preset): Promise<string> => {
  const answer = await fetch("/orders", {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenOf(name)}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    body: bodyOf(preset),
  });
  const answered = await answer.json();
  if (!answer.ok)
    throw new Refusal(answer.status, String(answered.detail ?? answered.title ?? answered.message));
  return answered.orderId;
};

/** The line for a shell that places such an order. */
export const curlOf = (preset: Preset): string =>
  `curl -s -X POST ${location.origin}/orders ${signedIn(who.value)} -H "idempotency-key: console-$(date +%s)-$RANDOM" -H "content-type: application/json" -d '${bodyOf(preset)}'`;

/** Places an order through the shop's own API, as the customer that one is. */
export const place = (preset: Preset): Promise<unknown> =>
  attempt(async () => {
    const rival = preset.rival === who.value ? "alice" : preset.rival;
    const buyers = [who.value, ...(rival ? [rival] : [])];
    const placed = await Promise.allSettled(buyers.map((name) => placeAs(name, preset)));
    const nameOf = (name: string) =>
      accounts.value.value.accounts.find((one) => one.name === name)?.fullName ?? name;
    for (const [i, one] of placed.entries()) {
      const buyer = nameOf(buyers[i] ?? "");
      if (one.status === "rejected")
        say({ text: `${buyer}: ${sentenceOf(one.reason)}`, wrong: true });
      else {
        say({ text: `${buyer} ordered.`, next: preset.shows, line: curlOf(preset) });
      }
    }
  });

/** Goes to the order that was placed last, here or elsewhere. */
export const showNewest = async (): Promise<void> => {
  await orders.look();
  const [newest] = orders.value.value.orders;
  if (newest) goToOrder(newest.orderId);
};
