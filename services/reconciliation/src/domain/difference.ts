/** A command that is certain to be right, and safe to repeat. */
export type Cure = "BeginRun" | "VoidPayment" | "ReleaseStock" | "HearProvider";

/** Each way in which books can differ, what it means, and how it is cured where the cure is certain. */
export const kinds = {
  NoRunUnderWay: { what: "It is neither settled nor in the hands of a saga.", cure: "BeginRun" },
  ConfirmedNotPaid: { what: "It is confirmed, and not captured.", cure: "BeginRun" },
  ConfirmedNotSold: { what: "It is confirmed, and its goods are not sold.", cure: "BeginRun" },
  ConfirmedPaidBack: { what: "It is confirmed, and its money went back." },
  MoneyNotBack: { what: "It is off, and its money is still ours." },
  AuthorizationOpen: { what: "It is off, and its money is still set aside.", cure: "VoidPayment" },
  StockHeld: { what: "It is off, and its goods are still held.", cure: "ReleaseStock" },
  StockSold: { what: "It is off, and its goods are still sold." },
  ProviderAhead: { what: "The provider did what we have not heard of.", cure: "HearProvider" },
  ProviderDiffers: { what: "The provider's books and ours do not agree." },
  PaymentWithoutOrder: { what: "There is a payment, and no order." },
  ReservationWithoutOrder: { what: "There are goods held or sold, and no order." },
  ProviderPaymentUnknown: { what: "The provider has a payment, and we have no order." },
  StockDoesNotAddUp: { what: "What came in is not what is there, held and sold." },
} as const satisfies Record<string, { what: string; cure?: Cure }>;

/** A way in which books can differ. */
export type Kind = keyof typeof kinds;

/** The cure of a difference, where there is one that is certain. */
export const cureOf = (kind: Kind): Cure | undefined =>
  (kinds[kind] as { what: string; cure?: Cure }).cure;
