import { heard } from "../services/notifications/src/domain/message.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { subscribedQueue } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";
import { sender } from "./stage.ts";

const context = "notifications";

/** Contacts and messages: the only table with personal data. */
const contacts = table("NotificationsTable", { context });
const from = new sst.aws.Email("Sender", {
  sender,
  transform: { identity: { tags: { context } }, configurationSet: { tags: { context } } },
});

consumer("NotifyCustomer", "notifications/notify-customer", {
  ...subscribedQueue("Notifications", context, heard),
  atOnce: 2, // SES sends one e-mail a second at first
  link: [contacts, from],
  permissions: [
    allow(contacts.arn, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
    allow([from.nodes.identity.arn, from.nodes.configurationSet.arn], "ses:SendEmail"),
  ],
});

lambda("RegisterContact", "notifications/register-contact", {
  link: [contacts],
  permissions: [allow(contacts.arn, "dynamodb:PutItem")],
});
