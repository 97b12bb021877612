/**
 * Takes the place of `@smithy/node-http-handler` in the bundles of worker threads: what an SDK client would write to
 * a socket goes to the main thread instead, and what comes back is what the socket would have brought.
 */

type Request = {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
};
type Answer = { status: number; headers: Record<string, string>; body: string | Uint8Array };
type Send = (request: {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}) => Promise<Answer>;

const sending = Symbol.for("petstore.send");

const queryOf = (query: Request["query"] = {}) =>
  Object.entries(query)
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) =>
        one === null
          ? encodeURIComponent(name)
          : `${encodeURIComponent(name)}=${encodeURIComponent(one)}`,
      ),
    )
    .join("&");

const handlerOf = (options: unknown) => ({
  metadata: { handlerProtocol: "http/1.1" },
  async handle({ method, path, query, headers, body = "" }: Request) {
    const send = (globalThis as unknown as { [sending]: Send })[sending];
    const answer = await send({ method, path, query: queryOf(query), headers, body });
    const bytes = typeof answer.body === "string" ? Buffer.from(answer.body) : answer.body;
    return { response: { statusCode: answer.status, headers: answer.headers, body: bytes } };
  },
  destroy() {},
  updateHttpClientConfig() {},
  httpHandlerConfigs: () => options ?? {},
});

/** A request handler as SDK clients want it: made with `new`, or given and kept. */
export function NodeHttpHandler(options?: unknown) {
  return handlerOf(options);
}
NodeHttpHandler.create = (given?: { handle?: unknown }) =>
  typeof given?.handle === "function" ? given : handlerOf(given);

/** No client here speaks HTTP/2. */
export const NodeHttp2Handler = NodeHttpHandler;

/** The default of the library that this stands for. */
export const DEFAULT_REQUEST_TIMEOUT = 0;

/** A body that is whole already. */
export const streamCollector = async (body: Uint8Array): Promise<Uint8Array> => body;
