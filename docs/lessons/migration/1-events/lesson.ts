import type { Lesson, Promised } from "../../../../local/lessons/lesson.ts";
import { spoil } from "../../../../local/spoil.ts";
import { beside } from "../beside-shop.ts";
import { runs } from "../run.ts";

const APP = "docs/lessons/migration/1-events/app.ts";
const OUTBOX = "docs/lessons/migration/1-events/outbox.ts";
type App = typeof import("./app.ts");

const says =
  "Bob's card was declined, and the shop has written to him that his order is confirmed and being packed.";

const LAMP = "prd_basking-lamp";
/** More often the bus is not asked at once about two orders, but by a loop that does not end. */
const MANY_CALLS = 20;

/** Bob's card is declined; Alice's order is written down, and the process ends before it says a word. */
const toldIfAndOnlyIf: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ order, toldTo, deploy }) => {
    await shop.drive(order("bob", LAMP, { token: "tok_decline" }));
    await shop.drive(order("alice", LAMP));
    await deploy(open).settle();
    if (toldTo().includes("bob")) return says;
    return toldTo().join() === "alice"
      ? undefined
      : `Alice has paid, and her e-mails are ${toldTo().length}, not one`;
  });
};

/** The bus takes the call, and not all that is in it. */
const toldAgain: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ order, toldTo, settle }) => {
    const isPublishing = ({ operation }: { operation: string }) => operation === "PutEvents";
    for (const as of ["alice", "bob"]) await shop.drive(order(as, LAMP));
    spoil(
      shop.local,
      isPublishing,
      async (call, next) => {
        const [first, second] = call.input.Entries;
        const one = { ...call, input: { ...call.input, Entries: [first] } };
        const { Entries } = (await next(one)) as { Entries: object[] };
        const refused = { ErrorCode: "InternalFailure", ErrorMessage: "Try again" };
        return { Entries: second ? [...Entries, refused] : Entries, FailedEntryCount: 1 };
      },
      1,
    );
    await settle();
    await settle();
    const missing = ["alice", "bob"].find((as) => !toldTo().includes(as));
    if (missing)
      return `the bus took one of two events, and ${missing}, who has paid, hears nothing`;
    const { items } = (await shop.drive(shop.local.api({ path: "/orders", as: "bob" }))).json() as {
      items: { placedAt?: string }[];
    };
    return items[0]?.placedAt
      ? undefined
      : "the bus took one of two events, and Bob, who has paid, has no order on his page";
  });
};

/** The bus does not take what is told of Alice's order, again and again. */
const holdsUpNobody: Promised = async ({ shop, load }) => {
  const { open } = await load<App>(APP);
  return beside(shop, open, async ({ order, toldTo, settle }) => {
    const { body: alices } = await shop.drive(order("alice", LAMP));
    await shop.drive(order("bob", LAMP));
    const eventIn = ({ Detail }: { Detail: string }) => JSON.parse(Detail);
    const isHers = (entry: { Detail: string }) => eventIn(entry).aggregate.id === alices.orderId;
    const taken: string[] = [];
    let calls = 0;
    const refusing = spoil(
      shop.local,
      ({ operation, input }) => operation === "PutEvents" && input.Entries.some(isHers),
      async (call, next) => {
        calls += 1;
        if (calls > MANY_CALLS) throw new Error("The bus is asked without an end.");
        const Entries = call.input.Entries.filter((entry: { Detail: string }) => !isHers(entry));
        taken.push(...Entries.map((entry: { Detail: string }) => eventIn(entry).id));
        if (Entries.length > 0) await next({ ...call, input: { ...call.input, Entries } });
        const refused = { ErrorCode: "InternalFailure", ErrorMessage: "Try again" };
        return {
          Entries: call.input.Entries.map((entry: { Detail: string }) =>
            isHers(entry) ? refused : { EventId: eventIn(entry).id },
          ),
          FailedEntryCount: call.input.Entries.length - Entries.length,
        };
      },
    );
    for (let round = 1; round <= 3; round++) {
      await settle();
      if (calls > MANY_CALLS)
        return "the bus does not take what is told of Alice's order, and is asked again at once, without an end";
    }
    if (new Set(taken).size < taken.length)
      return "the bus does not take what is told of Alice's order, and is told of Bob's again each time";
    if (!toldTo().includes("bob"))
      return "the bus does not take what is told of Alice's order, and Bob, who has paid, hears nothing";
    refusing.stop();
    for (let round = 1; round <= 3; round++) await settle();
    return toldTo().includes("alice")
      ? undefined
      : "the bus is well again, and Alice hears nothing";
  });
};

export const lesson: Lesson = {
  title: "From a monolith: integration events",
  see: { screen: "map", line: "npm run lesson m1 -- --run" },
  promise: toldIfAndOnlyIf,
  sabotage: [
    {
      file: APP,
      find: 'import { OUTBOX, relay, tell } from "./outbox.ts";',
      replace: 'import { eventsOf, OUTBOX, relay } from "./outbox.ts";',
    },
    {
      file: APP,
      find: "  inside: tell,",
      replace: "  inside: (_, order) => void around.newShop.publish(eventsOf(order)),",
    },
  ],
  says,
  exercise: {
    task: "On a busy day some customers get no e-mail, and some orders have no date on the new shop's page. The bus had answered every call with 200. Find in docs/lessons/migration/1-events what the monolith takes for told that nobody was told of, and mend it.",
    prepare: [
      {
        file: OUTBOX,
        find: "    const refused = await publish(rows.map(({ envelope }) => JSON.parse(envelope)));\n    const taken = rows.filter((_, i) => !refused.has(i));\n    await remove(database, taken);\n    if (refused.size > 0) return;\n",
        replace:
          "    await publish(rows.map(({ envelope }) => JSON.parse(envelope)));\n    await remove(database, rows);\n",
      },
    ],
    tests: [
      {
        name: "who has paid is told, and nobody else",
        holds: toldIfAndOnlyIf,
        hint: "That is the promise of the lesson itself: look at what you have changed in docs/lessons/migration/1-events.",
      },
      {
        name: "what the bus did not take is told later",
        holds: toldAgain,
        hint: "PutEvents succeeds as a call, even when single entries fail: what does `publish` answer, and who looks at it?",
      },
      {
        name: "what the bus did not take holds up nobody else, and waits for the next time",
        holds: holdsUpNobody,
        hint: "Some of a call is taken and some is not. What has to be gone from the outbox before `relay` looks into it again, and when should it stop looking?",
      },
    ],
    seeds: false,
  },
  beside: runs(APP),
};
