import { heard } from "../services/notifications/src/domain/message.ts";
import { allow } from "./patterns/allow.ts";
import { consumer } from "./patterns/consumer.ts";
import { lambda } from "./patterns/lambda.ts";
import { deadLetterQueue } from "./patterns/queue.ts";
import { makeSender } from "./patterns/sender.ts";
import { subscribedQueue, subscriber } from "./patterns/subscription.ts";
import { table } from "./patterns/table.ts";

const context = "notifications";

/** Contacts and messages: the only table with personal data. */
const contacts = table("NotificationsTable", { context });

const sender = await makeSender(context);
const from = new sst.Linkable("Sender", {
  properties: {
    address: sender?.address ?? "",
    configurationSet: sender?.configurationSet.configurationSetName ?? "",
  },
});

consumer("NotifyCustomer", "notifications/notify-customer", {
  ...subscribedQueue("Notifications", context, heard),
  atOnce: 2, // SES sends one e-mail a second at first
  link: [contacts, from],
  permissions: [
    allow(contacts.arn, "dynamodb:GetItem", "dynamodb:UpdateItem"),
    ...(sender ? [allow([sender.identityArn, sender.configurationSet.arn], "ses:SendEmail")] : []),
  ],
});

// What comes back: mailboxes that do not exist, and people who do not want our mail
if (sender)
  subscriber("HearFeedback", "notifications/hear-feedback", {
    on: {
      pattern: {
        source: ["aws.ses"],
        "detail-type": ["Email Bounced", "Email Complaint Received"],
        detail: {
          bounce: { bounceType: ["Permanent", { exists: false }] }, // a full mailbox is not for ever
          // The default bus hears of the mail of all stages.
          mail: {
            tags: { "ses:configuration-set": [sender.configurationSet.configurationSetName] },
          },
        },
      },
      part: "$.detail.mail.tags", // the rest names addresses, which have no business in a dead-letter queue
    },
    link: [contacts],
    permissions: [allow(contacts.arn, "dynamodb:UpdateItem")],
  });

export const registerContact = lambda("RegisterContact", "notifications/register-contact", {
  link: [contacts],
  permissions: [allow(contacts.arn, "dynamodb:PutItem")],
});

const notWelcomed = deadLetterQueue("WelcomeCustomerDlq", context);

/** Registers whoever signs up. Cognito waits for it, for five seconds. */
export const welcomeCustomer = lambda("WelcomeCustomer", "notifications/welcome-customer", {
  timeout: 5,
  link: [contacts, notWelcomed],
  deadLetters: notWelcomed,
  permissions: [allow(contacts.arn, "dynamodb:PutItem")],
});
