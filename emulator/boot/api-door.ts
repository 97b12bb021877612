import type { WireHandler, WireRequest, WireResponse } from "../doors/wire/message.ts";
import { ownHeaders } from "../doors/wire/own-answer.ts";

/** Answers what is its own, and undefined for what is not. */
export type Pages = (request: WireRequest) => Promise<WireResponse | undefined>;

const nothing: WireResponse = {
  status: 404,
  headers: { ...ownHeaders, "content-type": "application/json" },
  body: '{"message":"Not Found"}',
};

/** What answers at the API's address: what is mounted under a path of its own, then pages, then the API, if there is one. */
export const apiDoor = (api: WireHandler | undefined) => {
  const mounted = new Map<string, WireHandler>();
  let pages: Pages = async () => undefined;
  const mountOf = (path: string) =>
    [...mounted].find(([at]) => path === at || path.startsWith(`${at}/`));
  const handle: WireHandler = async (request) => {
    const { path } = request;
    const found = mountOf(path);
    if (found) {
      const [at, mount] = found;
      return mount({ ...request, path: path.slice(at.length) || "/" });
    }
    return (await pages(request)) ?? (await api?.(request)) ?? nothing;
  };
  return {
    handle,
    /** What the pages answer by themselves. */
    pages: (async (request) =>
      mountOf(request.path) ? undefined : pages(request)) satisfies Pages,
    /** Lets a handler answer for everything below an address, with paths that begin there. */
    mount: (address: string, handler: WireHandler) =>
      void mounted.set(new URL(address).pathname, handler),
    addPages(added: Pages) {
      pages = added;
    },
  };
};
