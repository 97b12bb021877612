import type { Lesson, Promised } from "../../../local/lessons/lesson.ts";

const says = "Bob bought the hay, and Alice got the e-mail: with his order in it, and her name.";

const hay = [{ productId: "prd_hay", quantity: 1 }];
const MINUTE = 60_000;

/** Alice buys hay, and when all is over Bob does. */
const eachTheirOwn: Promised = async ({ shop }) => {
  for (const as of ["alice", "bob"]) {
    await shop.place({ as, lines: hay });
    await shop.settle();
  }
  const mails = shop.local.emails().filter(({ tags }) => tags.template === "order-confirmed");
  const to = mails.flatMap((mail) => mail.to);
  if (to.join() === "alice@example.com,bob@example.com") return undefined;
  return to.join() === "alice@example.com,alice@example.com"
    ? says
    : `e-mails went to ${to.join(" and ") || "nobody"}, not to Alice and to Bob`;
};

/** Bob's news comes again while his e-mail is being sent, from an environment that began ten minutes ago. */
const whileItIsSent: Promised = async ({ shop }) => {
  const { cloud } = shop.local;
  const later = (ms: number) =>
    new Promise<void>((resolve) => cloud.clock.after(ms, "later", resolve));
  await shop.place({ lines: hay });
  await shop.settle();
  await shop.clock.advance(10 * MINUTE);
  cloud.guard(async (call, next) => {
    if (call.service === "ses") await later(4_000);
    const answer = await next(call);
    const isNews = call.operation === "SendMessage" && call.caller.name.startsWith("rule ");
    const { QueueUrl = "" } = call.input as { QueueUrl?: string };
    if (isNews && QueueUrl.includes("-Notifications")) void later(2_000).then(() => next(call));
    return answer;
  });
  await shop.place({ as: "bob", lines: hay });
  await shop.settle();
  await shop.clock.advance(10 * MINUTE);
  const [letter] = (await shop.books()).deadLetters;
  return letter && `Bob's e-mail was just being sent, and its news lies in ${letter.queue}`;
};

const MESSAGES = "services/notifications/src/adapters/messages.ts";
const TAKEN = {
  file: MESSAGES,
  find: "await put(message, held, new Date());",
  replace: "await put(message, held, now);",
};
const NAMED = {
  file: MESSAGES,
  find: 'const keyOf = (about: string) => ({ pk: about, sk: "MESSAGES" });',
  replace:
    'const keyOf = (about: string) => ({ pk: about, sk: "MESSAGES" });\nconst now = new Date();',
};

const CONTACTS = "services/notifications/src/adapters/contacts.ts";
const READ = "client.send(new GetCommand({ TableName, Key: keyOf(customerId) }))";

export const lesson: Lesson = {
  title: "One function, one verb",
  see: { screen: "map/notifications", line: "npm run shop -- scenario well" },
  promise: eachTheirOwn,
  sabotage: [
    {
      file: CONTACTS,
      find: 'const keyOf = (customerId: string) => ({ pk: customerId, sk: "CONTACT" });',
      replace:
        'const keyOf = (customerId: string) => ({ pk: customerId, sk: "CONTACT" });\nlet known: Promise<{ Item?: Record<string, unknown> }> | undefined;',
    },
    { file: CONTACTS, find: `await ${READ};`, replace: `await (known ??= ${READ});` },
  ],
  says,
  exercise: {
    task: "Staff find e-mails among the dead letters that were just being sent: 'claimed since an hour', says the reason, of a claim that was seconds old. It began when somebody tidied services/notifications. It never happens to the first e-mail of a day. Find out why, and mend it.",
    prepare: [NAMED, TAKEN],
    tests: [
      {
        name: "each customer has their own e-mail",
        holds: eachTheirOwn,
        hint: "That is the promise of the lesson itself: look at what you have changed in contacts.ts.",
      },
      {
        name: "news that comes again while its e-mail is being sent waits",
        holds: whileItIsSent,
        hint: "Nothing in that folder is written twice, and nothing has to be. Which lines run once in the life of an environment, and not once a call?",
      },
    ],
    hint: "The tests pass, and a promise is broken elsewhere: read which one, and compare your copy of services/notifications with the checkout.",
  },
};
