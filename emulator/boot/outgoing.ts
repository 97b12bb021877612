import {
  fetchedResponse,
  type OutgoingRequest,
  plainRequest,
} from "../doors/api-gateway/dispatch.ts";
import type { WireResponse } from "../doors/wire/message.ts";
import { AwsError, type World } from "../kernel/engine.ts";
import type { Outgoing } from "../runtime/inline-runtime.ts";

/** What `fetch` throws where a request or its answer is lost on the way. */
const lost = (cause: unknown) => new TypeError("fetch failed", { cause });

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
      throw error instanceof AwsError ? lost(error) : error;
    }
  };
