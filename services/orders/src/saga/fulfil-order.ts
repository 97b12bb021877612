import { defineSaga } from "@petstore/core/saga";

/** From placed to fulfilled. Every step receives the data of OrderPlaced and is safe to repeat. */
export const fulfilOrder = defineSaga({
  name: "FulfilOrder",
  rungs: [
    { undo: "RejectOrder" },
    { do: "ReserveStock", undo: "ReleaseStock" },
    { do: "AuthorizePayment", undo: "VoidPayment", answersWithin: 30 },
    { do: "ConfirmOrder", pivot: { or: "AbandonOrder" } },
    { do: "CapturePayment" },
    { do: "CommitStock" },
  ],
  giveUp: "GiveUpOrder",
  attention: "MarkNeedsAttention",
});
