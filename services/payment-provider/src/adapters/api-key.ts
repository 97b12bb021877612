import { createHash, timingSafeEqual } from "node:crypto";
import { problem } from "@petstore/core/problem";
import { createMiddleware } from "hono/factory";
import { Resource } from "sst";

const digest = (text: string) => createHash("sha256").update(text).digest();
/** Empty keys are dropped: a key that was never set must not let anybody in. */
const keys = [Resource.ProviderApiKey.value, Resource.PreviousProviderApiKey.value].filter(
  (key) => key.length > 0,
);
const expected = keys.map((key) => digest(`Bearer ${key}`));
const isKnown = (given: Buffer) =>
  expected.map((one) => timingSafeEqual(given, one)).some((same) => same);

/** Lets only those pass who know the API key; while it is rotated, either of the two. */
export const apiKey = createMiddleware(async (c, next) =>
  isKnown(digest(c.req.header("authorization") ?? ""))
    ? next()
    : problem(c, 401, { code: "Unauthorized", detail: "A valid API key is needed." }),
);
