import type { Hono } from "hono";
import { handle as handleWith, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import type { Env } from "./http.ts";

/** What an HTTP API sends in its payload format 2.0. */
type Event = Extract<LambdaEvent, { rawPath: string }>;

/** A GET may come with a body, which means nothing (RFC 9110, 9.3.1), and of which Fetch makes no request. */
const withoutMeaning = ({ requestContext }: Event) =>
  /^(GET|HEAD)$/.test(requestContext.http.method);

/** A Hono app as the handler of a Lambda function behind an HTTP API. */
export const handle = (app: Hono<Env>) => {
  const answer = handleWith(app);
  return (event: Event, context?: LambdaContext) =>
    answer(withoutMeaning(event) ? { ...event, body: null } : event, context);
};
