import { queueConsumer } from "@petstore/core/queue-consumer";
import { Resource } from "sst";
import { notify } from "../adapters/notify.ts";
import { heard, messageFor } from "../domain/message.ts";

/** Tells customers and staff what happened, by e-mail. */
export const handler = queueConsumer(
  { hears: heard, deadLetters: Resource.NotificationsQueueDlq.url },
  async (event) => {
    const message = messageFor(event);
    if (message) await notify(message);
  },
);
