import { describeError, log } from "@petstore/core/log";
import { park } from "@petstore/core/park";
import { Resource } from "sst";
import { saveContact } from "../adapters/contacts.ts";
import { contactOf, SignUp } from "../domain/sign-up.ts";

/** Cognito waits for five seconds, and then says to whoever signs up that it failed. */
const within = async (ms: number, work: Promise<unknown>) => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${ms} ms`)), ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/**
 * Cognito's trigger after somebody confirmed that they signed up (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-post-confirmation.html):
 * registers how to reach them. It answers with the event in any case: who cannot be registered has signed up all the same,
 * and waits, by id, among the dead letters.
 */
export const handler = async <Event>(event: Event): Promise<Event> => {
  const signUp = SignUp.safeParse(event);
  if (!signUp.success) return event; // a forgotten password was confirmed, and nothing else changed
  const { sub } = signUp.data.request.userAttributes;
  try {
    await within(2_500, saveContact(contactOf(signUp.data)));
  } catch (error) {
    log("customer not registered", { sub, ...describeError(error) });
    const reason = "This user has signed up and has no contact: register it.";
    const parked = park(Resource.WelcomeCustomerDlq.url, JSON.stringify({ sub }), reason);
    await within(1_500, parked).catch((lost) => log("not parked", { sub, ...describeError(lost) }));
  }
  return event;
};
