import { commandHandler } from "@petstore/core/command-handler";
import { currentTrace, traced } from "@petstore/core/context";
import { eventStore } from "@petstore/core/event-store";
import { log } from "@petstore/core/log";
import { startingFrom } from "@petstore/core/store";
import type { PaymentId } from "@petstore/events/ids";
import { Resource } from "sst";
import { type LedgerEvent, publish } from "../domain/ledger.ts";
import { type PaymentCommand, payment } from "../domain/payment.ts";
import type { PaymentState } from "../domain/payment-state.ts";

const ledger = eventStore<PaymentState, LedgerEvent>({
  source: "payments",
  type: "payment",
  table: Resource.PaymentsTable.name,
  outbox: Resource.PaymentsOutbox.name,
  decider: payment,
  publish: (id, event) => publish(id as PaymentId, event),
});

/** A payment as it was read, and at which length of its history. */
export type Loaded = { state: PaymentState; version: number };

/** The payment with this id; a new, empty one where there is none yet. */
export const loadPayment = (id: PaymentId): Promise<Loaded> => ledger.load(id);

/**
 * Decides on what was read already, so that a step that asks the provider in between still reads once. When
 * someone else saved first, it reads again. What is asked of a payment begins in its own trace; what the provider says
 * continues the trace of what it was asked last, whoever brought it. What calls for a person is logged as an error.
 */
export const decideOn = async (id: PaymentId, loaded: Loaded, command: PaymentCommand) => {
  const handle = commandHandler(payment, startingFrom(ledger, loaded));
  const trace = "trace" in command ? command.trace : (loaded.state.trace ?? currentTrace());
  return traced(trace, async () => {
    const result = await handle(id, command);
    const { disputes } = result.ok ? result.value.state : loaded.state;
    for (const detail of disputes.slice(loaded.state.disputes.length))
      log("payment needs attention", { error: "PaymentNeedsAttention", paymentId: id, detail });
    return result;
  });
};
