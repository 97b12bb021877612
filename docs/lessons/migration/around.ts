import type { Shop } from "../../../local/lessons/lesson.ts";
import type { AroundBoth, NewShop } from "./1-events/new-shop.ts";
import type { Offer } from "./monolith/products.ts";
import type { Around } from "./monolith/shop.ts";

/** What the monolith sells: other things than the new shop, until its stock moves there. */
export const offers: Offer[] = [
  {
    ...{ productId: "prd_iguana", name: "Iggy the iguana", kind: "live-animal" },
    ...{ price: 18_000, available: 1 },
  },
  {
    ...{ productId: "prd_basking-lamp", name: "Basking lamp", kind: "supplies" },
    ...{ price: 3_490, available: 20 },
  },
];

/** A shop on whatever clock. */
type Running = {
  local: Pick<
    Shop["local"],
    "accounts" | "api" | "call" | "fetch" | "graph" | "invoke" | "nameOf" | "token" | "urls"
  >;
  clock: Pick<Shop["clock"], "after" | "now">;
};

/** A card company that keeps books of its own: who has paid how much for which order. */
export const cardCompany = ({ clock }: Running) => {
  const taken: { orderId: string; customerId: string; amount: number }[] = [];
  const company = {
    taken,
    /** How many of its next answers get lost after the money was taken. */
    answersLost: 0,
    charge: (async ({ orderId, customerId, total: { amount } }, token) => {
      if (token === "tok_late")
        await new Promise<void>((resolve) => clock.after(20_000, "the bank thinks", resolve));
      if (token === "tok_decline") return "declined";
      taken.push({ orderId, customerId, amount });
      if (company.answersLost === 0) return "taken";
      company.answersLost -= 1;
      throw new Error("The card company gave no answer.");
    }) as Around["charge"],
  };
  return company;
};

/** The new shop, as the monolith is given it: with AWS's clients on AWS, in this process here. */
const newShopOf = ({ local }: Running): NewShop => {
  const { app, stage } = local.graph;
  const target = local.graph.resources.find(({ name }) => name === "StartFulfilmentTarget");
  const { rule: Name, eventBusName: EventBusName } = target?.inputs ?? {};
  return {
    api: (path, init) => local.fetch(`${local.urls.api}${path}`, init),
    async asStaff(path, key, body) {
      const headers = { "idempotency-key": key };
      const { status, text } = await local.api({
        method: "POST",
        path,
        as: "admin",
        headers,
        body,
      });
      if (status >= 300) throw new Error(`POST ${path} was answered with ${status}: ${text}`);
    },
    async publish(events) {
      const { Entries } = await local.call("events", "PutEvents", {
        Entries: events.map((event) => ({
          EventBusName: local.nameOf("Bus"),
          Source: `petstore.${event.source}`,
          DetailType: event.type,
          Detail: JSON.stringify(event),
        })),
      });
      const answers = Entries as { EventId?: string; ErrorCode?: string }[];
      return new Map(
        answers.flatMap(({ EventId, ErrorCode = "no answer" }, i) =>
          EventId ? [] : [[i, ErrorCode] as const],
        ),
      );
    },
    async tellOnly(consumer, event) {
      const QueueName = `${app}-${stage}-${consumer}QueueQueue`;
      const { QueueUrl } = await local.call("sqs", "GetQueueUrl", { QueueName });
      const MessageBody = JSON.stringify({ "detail-type": event.type, detail: event });
      await local.call("sqs", "SendMessage", { QueueUrl, MessageBody });
    },
    invoke: local.invoke,
    async letSagasBegin(on) {
      await local.call("events", on ? "EnableRule" : "DisableRule", { Name, EventBusName });
    },
  };
};

/** What is around a monolith beside a shop. */
export const aroundOf = (
  shop: Running,
  own: Pick<Around, "file" | "charge" | "now">,
): AroundBoth => ({
  ...own,
  signedIn({ headers }) {
    const token = headers.get("authorization");
    return shop.local.accounts.find(({ name }) => token === `Bearer ${shop.local.token(name)}`);
  },
  async sendMail(to, subject, text, { orderId }) {
    await shop.local.call("ses", "SendEmail", {
      FromEmailAddress: "shop@petstore.example",
      Destination: { ToAddresses: [to] },
      Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: text } } } },
      EmailTags: [
        { Name: "order", Value: orderId },
        { Name: "template", Value: "by-the-monolith" },
      ],
    });
  },
  newShop: newShopOf(shop),
});
