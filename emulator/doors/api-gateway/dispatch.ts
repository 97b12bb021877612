import type { WireHandler } from "../wire/message.ts";

/** A request to an address that is not part of this cloud. */
class RefusedAddress extends Error {
  override name = "RefusedAddress";
}

/**
 * A `fetch` that never leaves the process: it routes by origin to what the emulator serves, and refuses any
 * other address by name.
 */
export const dispatcher =
  (handlers: Record<string, WireHandler>, refused: (url: string) => void = () => {}) =>
  async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request && !init ? input : new Request(input, init);
    const url = new URL(request.url);
    const handler = Object.hasOwn(handlers, url.origin) ? handlers[url.origin] : undefined;
    if (!handler) {
      refused(request.url);
      throw new RefusedAddress(
        `The emulator lets no call out: ${url.origin} is not one of its addresses.`,
      );
    }
    const answer = await handler({
      method: request.method,
      path: url.pathname,
      query: url.search.slice(1),
      headers: { host: url.host, ...Object.fromEntries(request.headers) },
      body: new Uint8Array(await request.arrayBuffer()),
    });
    const { "set-cookie": cookies, ...rest } = answer.headers;
    const headers = new Headers(rest);
    for (const cookie of cookies?.split("\n") ?? []) headers.append("set-cookie", cookie);
    const empty = [204, 205, 304].includes(answer.status) || answer.body.length === 0;
    return new Response(empty ? null : (answer.body as string), {
      status: answer.status,
      headers,
    });
  };
