import type { Rung } from "@petstore/core/saga";
import { namedChance } from "emulator/kernel/chance";
import { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
import { returnOrder } from "../../../services/orders/src/saga/return-order.ts";
import { ends, webhooks } from "./outside.ts";

/** A story of one order: its card, how many there are of what it orders, and what is asked, one after the other. */
export type Story = { name: string; seed: number; card: string; available: number; asks: string[] };

const LENGTH = 20;
const CARDS = [
  ...["tok_approve", "tok_disorder", "tok_decline", "tok_late", "tok_timeout_approve", "tok_gone"],
  ...["tok_refund_fails", "tok_overcharge", "tok_undercharge", "tok_nobody", "tok_disorder"],
];

/** Down a ladder, across at its pivot, and up again. */
const [ladder, across, up] = [
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.do ?? []),
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.pivot?.or ?? []),
  fulfilOrder.rungs.flatMap((rung: Rung) => rung.undo ?? []).toReversed(),
];
const back = returnOrder.rungs.flatMap((rung: Rung) => rung.do ?? []);
const steps = [...ladder, ...across, ...up, "GiveUpOrder", "MarkNeedsAttention", ...back];
const acts = [
  ...["CancelOrder", "ResumeOrder", "CloseByShop", "RecordRefund", "WithdrawPayment"],
  ...["StartFulfilment", "StartCancellation", "HearProvider", "SweepOutbox"],
  ...["the bank answers", "time expires", "the token runs out"],
  ...Object.keys(webhooks),
  ...Object.keys(webhooks),
];
const sagas = [
  ...Object.keys(ends),
  ...["the saga is redriven", "RecoverSaga", "SweepSagas", "LookAfterOrder"],
];

/** Somebody looks at an order that needs it, and its saga begins anew: seldom by chance alone. */
const lookedAt = ["MarkNeedsAttention", "ResumeOrder", "StartFulfilment", "StartCancellation"];

const storyOf = (seed: number): Story => {
  const { draw } = namedChance(seed, "drift");
  const pick = <Item>(some: readonly Item[]) => some[Math.floor(draw() * some.length)] as Item;
  let next = 0;
  const asks = Array.from({ length: LENGTH }, () => {
    if (draw() < 0.4 && next < ladder.length) return [ladder[next++] as string];
    if (draw() < 0.1) return lookedAt;
    return [pick(pick([steps, acts, sagas]))];
  }).flat();
  const card = CARDS[seed % CARDS.length] as string;
  return { name: `story ${seed}`, seed, card, available: seed % 7 === 0 ? 0 : 1, asks };
};

/** Stories by chance: mostly the ladder in its order, and anything besides. */
export const storiesByChance = (count: number): Story[] =>
  Array.from({ length: count }, (_, i) => storyOf(i + 1));

const captured = "ReserveStock, AuthorizePayment, ConfirmOrder, CapturePayment";
const returned = "RefundPayment, ReturnStock, CloseOrder, the saga ends, SweepSagas, SweepOutbox";
const times = (count: number, what: string) => Array(count).fill(what).join(", ");

const purposes: [name: string, card: string, ...asks: string[]][] = [
  [
    "older webhooks come after newer ones, and all of them again",
    "tok_disorder",
    captured,
    `${times(4, "HearWebhook newest first")}, ${times(4, "HearWebhook once more")}`,
  ],
  [
    "webhooks of a payment that was given up meanwhile",
    "tok_late",
    "AuthorizePayment, the bank answers, CancelOrder, SweepOutbox",
    "WithdrawPayment, HearWebhook, HearWebhook once more",
    "VoidPayment, HearWebhook once more, HearProvider",
  ],
  [
    "answers come when the saga has gone on",
    "tok_decline",
    "AuthorizePayment, the token runs out, HearWebhook",
    `${times(3, "HearWebhook once more")}, AuthorizePayment`,
    `${times(2, "HearWebhook once more")}, WithdrawPayment`,
  ],
  [
    "nobody hears how its sagas end, until it is confirmed",
    "tok_approve",
    "SweepSagas, the saga is stopped, SweepSagas, the saga takes too long",
    "SweepSagas, the saga fails, SweepSagas, ResumeOrder, SweepSagas",
    `${captured}, the saga is stopped, SweepSagas, the saga ends, SweepSagas, LookAfterOrder`,
  ],
  [
    "nobody hears how its sagas end, after it is confirmed",
    "tok_approve",
    `StartFulfilment, ${captured}, the saga takes too long, SweepSagas`,
    "SweepSagas, the saga ends, CancelOrder, SweepSagas, the saga is stopped, SweepSagas",
    returned,
  ],
  [
    "it is in the hands of another run, then of another saga, when an early end is told",
    "tok_approve",
    "StartFulfilment, the saga fails, MarkNeedsAttention, ResumeOrder",
    "RecoverSaga, SweepSagas, ConfirmOrder, the saga is stopped, CancelOrder",
    "RecoverSaga, RecoverSaga, LookAfterOrder, LookAfterOrder",
  ],
  [
    "its saga ends well, and has not brought it to an end",
    "tok_approve",
    "StartFulfilment, the saga ends, SweepSagas, LookAfterOrder",
    "CancelOrder, LookAfterOrder, SweepSagas",
  ],
  [
    "it is cancelled before its saga begins",
    "tok_approve",
    "CancelOrder, StartFulfilment, SweepSagas, LookAfterOrder, SweepOutbox",
  ],
  [
    "its saga is redriven before its end is told, and after another run has begun",
    "tok_approve",
    "StartFulfilment, the saga is stopped, the saga is redriven, RecoverSaga",
    "SweepSagas, the saga fails, RecoverSaga, the saga is redriven, the saga is stopped",
    "LookAfterOrder, RecoverSaga, the saga calls for a person, RecoverSaga",
  ],
];

/** Stories of which each is there for something that chance seldom brings. */
export const storiesOnPurpose: Story[] = purposes.map(([name, card, ...asks]) => ({
  ...{ name, seed: 1, card, available: 1 },
  asks: asks.flatMap((some) => some.split(", ")),
}));
