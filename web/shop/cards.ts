/** The cards of the sandbox's payment provider, named by what they do. */
export const cards: [token: `tok_${string}`, name: string, what: string][] = [
  ["tok_approve", "A card that works", "Approved at once."],
  [
    "tok_decline",
    "A card that is declined",
    "The bank says no; the order ends, and nothing is taken.",
  ],
  ["tok_late", "A slow bank", "Approved after about 20 seconds; the order waits for it."],
  [
    "tok_timeout_approve",
    "A bank that goes silent, then yes",
    "The first question gets no answer. Asked again, it says yes.",
  ],
  [
    "tok_timeout_decline",
    "A bank that goes silent, then no",
    "The first question gets no answer. Asked again, it says no.",
  ],
  ["tok_twice", "A bank that says it twice", "The same news arrives two times, and counts once."],
  ["tok_disorder", "A bank that mixes up its news", "Old news arrives after new ones."],
  [
    "tok_refund_fails",
    "A card whose refund stumbles",
    "Works; when cancelled, the money comes back at the third try.",
  ],
];
