import { currentTrace } from "@petstore/core/context";
import { Resource } from "sst";
import type { Order } from "../domain/books.ts";
import type { Cure } from "../domain/difference.ts";
import { ask } from "./ask.ts";

/** Cures a difference, by a command of the context that it is about. Every one of them may be repeated. */
export const administer = async (cure: Cure, order: Order): Promise<void> => {
  const { orderId, customerId, lines, total } = order;
  const step = { orderId, customerId, lines, total, trace: currentTrace() };
  switch (cure) {
    case "BeginRun":
      await ask(Resource.LookAfterOrder.name, { orderId });
      return;
    case "VoidPayment":
      await ask(Resource.VoidPayment.name, step);
      return;
    case "ReleaseStock":
      await ask(Resource.ReleaseStock.name, step);
      return;
    case "HearProvider":
      await ask(Resource.HearProvider.name, { orderId });
      return;
  }
};
