import { accounts } from "../accounts.ts";

const customerNames = accounts.flatMap(({ name, groups }) => (groups.length ? [] : [name]));

/** How a story can end, with what that means for money and stock. */
export type Ending =
  | "sold" // confirmed, paid in full, taken from stock
  | "excess back" // the same, and what the provider took too much given back
  | "sold out" // rejected for want of stock, nothing charged, nothing taken
  | "declined" // rejected by the bank, nothing charged, nothing taken
  | "never charged" // cancelled, nothing charged, nothing taken
  | "given back" // cancelled, all that was charged refunded, back in stock
  | "refused"; // not an order at all

/** What one customer does, and how it must end. */
export type Story = {
  /** Other stories refer to it by this. */
  id: string;
  tells: string;
  as: string;
  lines: { productId: string; quantity: number }[];
  card: string;
  /** Members that do not belong into a request. */
  extra?: object;
  /** Sends the same request twice at the same time, under one Idempotency-Key. */
  sendsTwice?: boolean;
  /** Sends under the Idempotency-Key of that story, when that has its answer. */
  underKeyOf?: string;
  /** Begins when that story is over. */
  after?: string;
  /** Begins at the same moment as the others of this name; exactly one of them is sold. */
  rivals?: string;
  cancels?: "at once" | "when paid";
  /** What staff do when it needs attention; before that, they give back all of it by hand, where it `paysBack`. */
  staff?: "resume" | "close";
  paysBack?: true;
  /** Something goes wrong between us and the provider once the order is placed. */
  trouble?:
    | "the provider is out"
    | "a refund is not heard of"
    | "a webhook is forged"
    | "the API key is rotated"
    | "the webhooks' secret is rotated";
  /** Any of these is right. */
  ends: Ending[];
  /** The problem's type, where the story ends with a refusal. */
  problem?: string;
};

const want = (...lines: [product: string, quantity: number][]) =>
  lines.map(([product, quantity]) => ({ productId: `prd_${product}`, quantity }));

const story = (
  id: string,
  as: string,
  lines: Story["lines"],
  tells: string,
  ends: Ending | Ending[],
  more: Partial<Story> = {},
): Story => ({ id, as, lines, tells, card: "tok_approve", ...more, ends: [ends].flat() });

const late = { card: "tok_late" };
const whenPaid = { cancels: "when paid" } as const;

/** The stories that every demo tells, in the order in which they begin: one line each. */
export const stories: Story[] = [
  story("goldfish", "alice", want(["goldfish", 1], ["fish-food", 2]), "all goes well", "sold"),
  story("late", "bob", want(["hay", 1]), "the bank answers after 20 s", "sold", late),
  story(
    "late-off",
    "carol",
    want(["collar", 1]),
    "cancelled while the bank thinks",
    "never charged",
    {
      ...late,
      cancels: "at once",
    },
  ),
  story("wheel", "carol", want(["hamster-wheel", 1], ["hay", 3]), "all goes well", "sold"),
  story("bowl", "bob", want(["fish-bowl", 1]), "all goes well", "sold"),
  story(
    "refund",
    "alice",
    want(["rabbit", 1]),
    "cancelled after it was paid",
    "given back",
    whenPaid,
  ),
  story(
    "refund-fails",
    "carol",
    want(["bird-cage", 1]),
    "cancelled; the refund fails twice",
    "given back",
    {
      ...whenPaid,
      card: "tok_refund_fails",
    },
  ),
  story("again", "bob", want(["rabbit", 1]), "buys the rabbit that came back", "sold", {
    after: "refund",
  }),
  story("two", "carol", want(["tortoise", 2]), "two tortoises, where there is one", "sold out"),
  story(
    "short",
    "alice",
    want(["collar", 1], ["mealworms", 100]),
    "one line is short: none is held",
    "sold out",
  ),
  story(
    "parrot-b",
    "bob",
    want(["parrot", 1]),
    "wants the last parrot, like Carol",
    ["sold", "sold out"],
    {
      rivals: "parrot",
    },
  ),
  story(
    "parrot-c",
    "carol",
    want(["parrot", 1]),
    "wants the last parrot, like Bob",
    ["sold", "sold out"],
    {
      rivals: "parrot",
    },
  ),
  story("declined", "bob", want(["tortoise", 1]), "the bank declines", "declined", {
    card: "tok_decline",
  }),
  story("poor", "alice", want(["bird-cage", 2]), "the bank declines", "declined", {
    card: "tok_decline",
  }),
  story("slow", "carol", want(["mealworms", 4]), "the provider hangs, then approves", "sold", {
    card: "tok_timeout_approve",
  }),
  story("slow-no", "alice", want(["hay", 5]), "the provider hangs, then declines", "declined", {
    card: "tok_timeout_decline",
  }),
  story(
    "slow-off",
    "bob",
    want(["fish-food", 1]),
    "cancelled while the provider hangs",
    "never charged",
    {
      card: "tok_timeout_approve",
      cancels: "at once",
    },
  ),
  story("twice", "alice", want(["collar", 2]), "the provider answers twice", "sold", {
    card: "tok_twice",
  }),
  story("disorder", "bob", want(["hay", 2]), "webhooks come out of order", "sold", {
    card: "tok_disorder",
  }),
  story(
    "disorder-off",
    "carol",
    want(["fish-bowl", 1]),
    "the same, cancelled when paid",
    "given back",
    {
      ...whenPaid,
      card: "tok_disorder",
    },
  ),
  story(
    "pivot",
    "alice",
    want(["fish-food", 3]),
    "cancelled at once: nothing is kept",
    ["never charged", "given back"],
    { cancels: "at once" },
  ),
  story(
    "repeat",
    "bob",
    want(["hamster-wheel", 2]),
    "sent twice under one key: one order",
    "sold",
    {
      sendsTwice: true,
    },
  ),
  story("brownout", "alice", want(["hay", 2]), "the provider is out for 21 s", "sold", {
    ...late,
    trouble: "the provider is out",
  }),
  story("forged", "bob", want(["collar", 1]), "a forged webhook: nobody believes it", "sold", {
    ...late,
    trouble: "a webhook is forged",
  }),
  story("new-key", "carol", want(["hay", 1]), "the provider's API key is rotated", "sold", {
    ...late,
    trouble: "the API key is rotated",
  }),
  story("new-secret", "alice", want(["hay", 1]), "the webhooks' secret is rotated", "sold", {
    ...late,
    trouble: "the webhooks' secret is rotated",
  }),
  story("unheard", "carol", want(["hay", 2]), "cancelled; its refund is not heard", "given back", {
    ...whenPaid,
    trouble: "a refund is not heard of",
  }),
  story(
    "gone",
    "alice",
    want(["collar", 1]),
    "the card is gone before it is paid",
    "never charged",
    {
      card: "tok_gone",
    },
  ),
  story("too-much", "bob", want(["hay", 1]), "charged too much; staff resume it", "excess back", {
    card: "tok_overcharge",
    staff: "resume",
  }),
  story(
    "too-little",
    "carol",
    want(["hay", 3]),
    "charged too little; staff close it",
    "given back",
    {
      card: "tok_undercharge",
      staff: "close",
    },
  ),
  story("by-hand", "alice", want(["hay", 1]), "the same, paid back by hand", "given back", {
    card: "tok_undercharge",
    staff: "close",
    paysBack: true,
  }),
  story("hamster", "carol", want(["hamster", 1], ["hamster-wheel", 1]), "all goes well", "sold"),
  story(
    "basket",
    "alice",
    want(["bird-cage", 1], ["collar", 1], ["hay", 1], ["mealworms", 1]),
    "four products; all goes well",
    "sold",
  ),
  story(
    "reused",
    "bob",
    want(["hamster-wheel", 9]),
    "another request under a used key",
    "refused",
    {
      underKeyOf: "repeat",
      problem: "/problems/idempotency-key-reused",
    },
  ),
  story("cheap", "carol", want(["hay", 1]), "a request that names its own price", "refused", {
    extra: { total: { amount: 1, currency: "USD" } },
    problem: "/problems/invalid",
  }),
  story("unicorn", "alice", want(["unicorn", 1]), "a product that we do not have", "refused", {
    problem: "/problems/unknown-product",
  }),
];

const PLENTY = ["hay", "collar", "fish-food"];
const usual: [card: string, tells: string, ends: Ending][] = [
  ["tok_approve", "all goes well", "sold"],
  ["tok_approve", "all goes well", "sold"],
  ["tok_decline", "the bank declines", "declined"],
  ["tok_approve", "all goes well", "sold"],
  ["tok_twice", "the provider answers twice", "sold"],
];

/** What there is enough of on the shelves. */
export const MOST_ORDERS = 500;

/** The stories, and as many of the usual sort as make `count`. */
export const storiesFor = (count: number): Story[] => [
  ...stories,
  ...Array.from({ length: Math.max(0, count - stories.length) }, (_, i) => {
    const [card, tells, ends] = usual[i % usual.length] as (typeof usual)[number];
    const as = customerNames[i % customerNames.length] as string;
    return story(`more-${i + 1}`, as, want([PLENTY[i % 3] as string, 1]), tells, ends, { card });
  }),
];
