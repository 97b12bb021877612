import {
  fetchedResponse,
  type OutgoingRequest,
  plainRequest,
} from "../doors/api-gateway/dispatch.ts";
import type { WireResponse } from "../doors/wire/message.ts";
import { AwsError, type World } from "../kernel/engine.ts";
import type { Outgoing } from "../runtime/inline-runtime.ts";

/**
 * What `fetch` throws where a request or its answer is lost on the way. It says nothing of where in this process that was:
 * functions log the stack, and what they log is the same in every process.
 */
const thrown = (error: unknown): unknown => {
  const told = error instanceof AwsError ? new TypeError("fetch failed", { cause: error }) : error;
  if (told instanceof Error) told.stack = String(told);
  return told;
};

/**
 * Answers what functions ask of other addresses, by way of a router. On its way it is an act, "http.Request", with the request
 * as plain data and its body as text: gates may lose it or its answer, delay it, repeat it, or answer by themselves.
 */
export const outgoingOf =
  (
    { act }: Pick<World, "act">,
    route: (from: string, request: OutgoingRequest) => Promise<WireResponse>,
  ): Outgoing =>
  async (request, from, invocation) => {
    const plain = await plainRequest(request);
    const caller = { name: from, role: "", ...(invocation && { invocation }) };
    const input = { ...plain, body: Buffer.from(plain.body).toString() };
    try {
      return fetchedResponse(
        await act({ caller, service: "http", operation: "Request", input }, () =>
          route(from, plain),
        ),
      );
    } catch (error) {
      throw thrown(error);
    }
  };
