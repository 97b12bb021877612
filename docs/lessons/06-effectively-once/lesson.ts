import { defect } from "../../../local/lessons/defect.ts";
import type { Lesson, Promised, Shop } from "../../../local/lessons/lesson.ts";
import { by, spoil } from "../../../local/spoil.ts";

const says =
  "The bus brought one piece of news twice, and Alice has two e-mails about one bale of hay: she asks whether she has paid twice.";

/** From now on the bus brings all that it brings to a queue once more, when that was long done. */
const bringAllTwice = ({ local: { cloud } }: Shop) =>
  cloud.guard(async (call, next) => {
    const answer = await next(call);
    if (call.operation === "SendMessage" && call.caller.name.startsWith("rule "))
      cloud.clock.after(20_000, "the bus brings it again", () => void next(call));
    return answer;
  });

const oneMail: Promised = async ({ shop }) => {
  bringAllTwice(shop);
  const order = await shop.order();
  await shop.settle();
  await shop.clock.advance(60_000);
  const mails = shop.local.emails().filter(({ tags }) => tags.order === order);
  if (mails.length === 2) return says;
  return mails.length === 1 ? undefined : `Alice has ${mails.length} e-mails about one order`;
};

const oneLine: Promised = async ({ shop }) => {
  bringAllTwice(shop);
  const order = await shop.order();
  await shop.settle();
  await shop.clock.advance(60_000);
  const { timeline } = (await shop.read(order)) as { timeline: { what: string }[] };
  const told = timeline.map(({ what }) => what);
  return new Set(told).size === told.length
    ? undefined
    : `Alice reads of her order twice: ${told.join(", ")}`;
};

/** The function that keeps the pages dies when it has written, the first time about each of Alice's events. */
const allLines: Promised = async ({ shop }) => {
  spoil(
    shop.local,
    (call) => by("ProjectOrders")(call) && call.operation === "UpdateItem",
    "is done, and its function crashes",
    3,
  );
  const order = await shop.order();
  await shop.settle();
  const { status, paid } = (await shop.read(order)) as { status: string; paid: unknown };
  const [broken] = await shop.broken();
  return broken && `Alice's page says ${status}, ${paid ? "paid" : "not paid"} (${broken})`;
};

export const lesson: Lesson = {
  title: "Effectively-once consumers",
  see: { screen: "messages", line: "npm run shop -- duplicate OrderConfirmed" },
  promise: oneMail,
  sabotage: defect("mail-sent-again"),
  says,
  exercise: {
    task: "Pages of some orders lack a line for ever: paid for, says the bank, and the page does not. It began when somebody made packages/core/src/projection.ts easier to read: first it notes that an event was seen, then it does the work. Each event is still applied once at most. Make it once at least, too.",
    prepare: defect("seen-before-the-work"),
    tests: [
      {
        name: "an order that is told of twice makes one e-mail",
        holds: oneMail,
        hint: "That is the promise of the lesson itself: look at what you have changed in services/notifications.",
      },
      {
        name: "an event that comes twice makes one line of a page",
        holds: oneLine,
        hint: "Now a line stands there twice. What refuses the second time, and is it still in the same call as the work?",
      },
      {
        name: "an event makes its line, though the function died after a write",
        holds: allLines,
        hint: "Let the function die after its first write, and the event come again: what does the note say, and what was done? How many calls does it take to do both, if DynamoDB does them?",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one. One conditional update is enough.",
  },
};
