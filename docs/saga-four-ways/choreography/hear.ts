import { currentTrace } from "@petstore/core/context";
import type { DomainEvent, EventContract } from "@petstore/core/event";
import { queueConsumer } from "@petstore/core/queue-consumer";
import { OutcomeUnknown } from "@petstore/core/saga-step";
import { OrderCancelled, OrderPlaced } from "@petstore/events/orders";
import { PaymentAuthorized, PaymentDeclined } from "@petstore/events/payments";
import { Resource } from "sst";
import { callStep, type StepFailure, standsForGood } from "../steps.ts";
import type { Story } from "./events.ts";
import * as told from "./events.ts";
import { tell } from "./tell.ts";

type Tells = ((story: Story) => DomainEvent) | undefined;
/** What a context does about an event: the step that it calls, and what it tells when that is done, and when it is refused. */
type Part = { step: string; done?: Tells; refused?: Tells };

/** The pivot's other answer. Where it is refused, the order is sure. */
const turn: Part = { step: "AbandonOrder", done: told.TurnedBack, refused: told.OrderSure };

/** The whole of the saga, and in no file of a real choreography: each context has its own third of it. */
const parts: Record<string, Part> = {
  // Inventory
  [OrderPlaced.type]: { step: "ReserveStock", done: told.StockHeld },
  [told.AskedAgain.type]: { step: "ReserveStock", done: told.StockHeld },
  [told.PaymentTaken.type]: { step: "CommitStock" },
  [told.PaymentGivenUp.type]: { step: "ReleaseStock", done: told.StockGivenUp },
  // Payments
  [told.StockHeld.type]: { step: "AuthorizePayment", done: told.PaymentHeld },
  [told.OrderSure.type]: { step: "CapturePayment", done: told.PaymentTaken },
  [told.TurnedBack.type]: { step: "VoidPayment", done: told.PaymentGivenUp },
  // Orders
  [told.PaymentHeld.type]: { step: "ConfirmOrder", done: told.OrderSure },
  [PaymentAuthorized.type]: { step: "ConfirmOrder", done: told.OrderSure },
  [PaymentDeclined.type]: turn,
  [OrderCancelled.type]: turn,
  [told.StockGivenUp.type]: { step: "RejectOrder" },
};

/** What the orders context does when a step was refused: it turns back, or gives up, or calls a person. */
const afterRefusal: Record<string, Part> = {
  ...{ ReserveStock: turn, AuthorizePayment: turn, ConfirmOrder: turn },
  ...{ CapturePayment: { step: "GiveUpOrder" }, CommitStock: { step: "GiveUpOrder" } },
};
const person: Part = { step: "MarkNeedsAttention" };

const partOf = (type: string, { failedStep = "", failure }: Story): Part => {
  if (type !== told.StepRefused.type) return parts[type] ?? person;
  return failure?.Error === "Refused" || afterRefusal[failedStep] === turn
    ? (afterRefusal[failedStep] ?? person)
    : person;
};

type ToFulfil = { story: Story; card?: string; isPlaced: boolean };
/** What the orders context says of an order. */
const ask = async (orderId: string): Promise<ToFulfil> => {
  const answer = await callStep("OrderToFulfil", { orderId });
  if (!answer.ok) throw new OutcomeUnknown(answer.failure.Cause);
  return answer.value as ToFulfil;
};

const refusalOf = (code: string, detail: string): StepFailure => ({
  Error: "Refused",
  Cause: JSON.stringify({ errorType: "Refused", errorMessage: `${code}: ${detail}` }),
});

/** Hears an event: does this context's part, and tells what came of it. What is no refusal is thrown, and so comes again. */
const hear = async ({ type, data }: { type: string; data: Partial<Story> & Heard }) => {
  if (type === OrderCancelled.type && data.sale) return; // it was on its way back already
  const isAuthorisation = type === told.StockHeld.type;
  const asked = isAuthorisation || !data.lines || !data.total ? await ask(data.orderId) : undefined;
  if (isAuthorisation && !asked?.isPlaced && !data.again) return; // it went on, or is off
  const story: Story = { ...asked?.story, ...data } as Story;
  if (type === told.AskedAgain.type) story.again = true;
  if (type === PaymentDeclined.type)
    story.failure = refusalOf("PaymentDeclined", data.reason ?? "");
  if (type === OrderCancelled.type)
    story.failure = refusalOf("Cancelled", "The customer cancelled.");
  if (!story.failedStep && story.failure) story.failedStep = "AuthorizePayment";

  const { step, done, refused = told.StepRefused } = partOf(type, story);
  const taskToken = `${story.orderId} ${Date.now()}`; // nobody waits under it: PaymentAuthorized is heard
  const input = { ...story, paymentToken: asked?.card, taskToken, trace: currentTrace() };
  const outcome = await callStep(step, input);
  if (!outcome.ok && !standsForGood(outcome.failure))
    throw new OutcomeUnknown(`${step}: ${outcome.failure.Cause}`);
  if (outcome.ok && outcome.value === "pending")
    throw new OutcomeUnknown("The payment is not answered yet: asked again when this comes back.");
  if (outcome.ok) return done && (await tell(done(story), story.orderId));
  const failed = { ...story, failedStep: step, failure: outcome.failure };
  await tell(refused(refused === told.StepRefused ? failed : story), story.orderId);
};
type Heard = { orderId: string; sale?: unknown; reason?: string };

/** Each of the three finds its own dead letters under this name. */
const { OwnDeadLetters } = Resource as unknown as { OwnDeadLetters: { url: string } };
const listens = (...hears: EventContract[]) =>
  queueConsumer({ hears, deadLetters: OwnDeadLetters.url }, (event) => hear(event as never));

/** Inventory hears: a new order to hold stock for, money that was taken, a payment that was given up. */
export const inventory = listens(
  ...[OrderPlaced, told.AskedAgain, told.PaymentTaken, told.PaymentGivenUp],
);
/** Payments hears: stock that is held, an order that is sure, one that was turned back. */
export const payments = listens(told.StockHeld, told.OrderSure, told.TurnedBack);
/** Orders hears: how the payment was answered, what was refused or cancelled, that all is undone. */
export const orders = listens(
  ...[told.PaymentHeld, PaymentAuthorized, PaymentDeclined],
  ...[told.StepRefused, OrderCancelled, told.StockGivenUp],
);
