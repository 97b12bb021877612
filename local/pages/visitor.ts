import { createHash, timingSafeEqual } from "node:crypto";
import type { WireRequest, WireResponse } from "emulator/doors/wire/message";

const hash = (text: string) => createHash("sha256").update(text).digest();

/** Who looks at the pages: everybody may, but only who has the token of the printed address sees credentials. */
export type Visitors = {
  /** Whether the request has the token, in its address or in the cookie that it was exchanged for. */
  known: (request: WireRequest) => boolean;
  /** Exchanges the token of an address for a cookie, so that it stays in no address; undefined where there is none. */
  exchange: (request: WireRequest) => WireResponse | undefined;
};

/**
 * The visitors of the pages at a port: cookies do not tell ports apart, so their names do. A shop and its forks have one
 * token, so the cookie of each is good for all of them.
 */
export const visitors = (token: string, port: string): Visitors => {
  const expected = hash(token);
  const fits = (text: string | null | undefined) =>
    typeof text === "string" && timingSafeEqual(hash(text), expected);
  const name = `petstore-${port}`;
  const hasCookie = ({ headers }: WireRequest) =>
    (headers.cookie ?? "").split(/; */).some((cookie) => {
      const [, value] = /^petstore-\d+=(.*)$/.exec(cookie) ?? [];
      return fits(value);
    });
  const inAddress = ({ query }: WireRequest) => new URLSearchParams(query).get("token");

  return {
    known: (request) => fits(inAddress(request)) || hasCookie(request),
    exchange(request) {
      if (!fits(inAddress(request))) return undefined;
      const rest = new URLSearchParams(request.query);
      rest.delete("token");
      return {
        status: 303,
        headers: {
          location: rest.size > 0 ? `${request.path}?${rest}` : request.path,
          "set-cookie": `${name}=${token}; HttpOnly; SameSite=Strict; Path=/`,
        },
        body: "",
      };
    },
  };
};
