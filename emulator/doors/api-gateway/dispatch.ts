import type { WireHandler, WireResponse } from "../wire/message.ts";

/** A request to an address that is not part of this cloud. */
class RefusedAddress extends Error {
  override name = "RefusedAddress";
}

/** A request to another address, as plain data. */
export type OutgoingRequest = {
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
};

/** A request of the Fetch API as plain data. */
export const plainRequest = async (request: Request): Promise<OutgoingRequest> => ({
  method: request.method,
  url: request.url,
  headers: Object.fromEntries(request.headers),
  body: new Uint8Array(await request.arrayBuffer()),
});

/** An answer as the Fetch API has it. */
export const fetchedResponse = ({ status, headers: plain, body }: WireResponse): Response => {
  const { "set-cookie": cookies, ...rest } = plain;
  const headers = new Headers(rest);
  for (const cookie of cookies?.split("\n") ?? []) headers.append("set-cookie", cookie);
  const empty = [204, 205, 304].includes(status) || body.length === 0;
  return new Response(empty ? null : (body as string), { status, headers });
};

/**
 * Answers requests without leaving the process: it routes by origin to what the emulator serves, and refuses any other
 * address by name.
 */
export const router =
  (handlers: Record<string, WireHandler>, refused: (url: string) => void = () => {}) =>
  async ({ method, url, headers, body }: OutgoingRequest): Promise<WireResponse> => {
    const { origin, host, pathname, search } = new URL(url);
    const handler = Object.hasOwn(handlers, origin) ? handlers[origin] : undefined;
    if (!handler) {
      refused(url);
      throw new RefusedAddress(
        `The emulator lets no call out: ${origin} is not one of its addresses.`,
      );
    }
    const query = search.slice(1);
    return handler({ method, path: pathname, query, headers: { host, ...headers }, body });
  };

/** A `fetch` of a router's answers. */
export const dispatcher = (
  handlers: Record<string, WireHandler>,
  refused?: (url: string) => void,
) => {
  const route = router(handlers, refused);
  return async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request && !init ? input : new Request(input, init);
    return fetchedResponse(await route(await plainRequest(request)));
  };
};
