import { createHash, timingSafeEqual } from "node:crypto";
import { problem } from "@petstore/core/problem";
import { createMiddleware } from "hono/factory";
import { Resource } from "sst";

const digest = (text: string) => createHash("sha256").update(text).digest();
const expected = digest(`Bearer ${Resource.ProviderApiKey.value}`);

/** Lets only those pass who know the API key. */
export const apiKey = createMiddleware(async (c, next) =>
  timingSafeEqual(digest(c.req.header("authorization") ?? ""), expected)
    ? next()
    : problem(c, 401, { code: "Unauthorized", detail: "A valid API key is needed." }),
);
