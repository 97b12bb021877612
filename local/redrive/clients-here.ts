import type { Shop } from "../shop.ts";
import { type Clients, redriveClients } from "./clients.ts";

type Request = {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
};

const queryOf = (query: Request["query"] = {}) =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value ?? ""].flat().map((one): [string, string] => [name, one]),
    ),
  ).toString();

/** AWS's own clients, whose requests reach a shop in this process, signed and in the wire's form. */
export const clientsHere = ({ handlers, urls, administrator }: Shop): Clients =>
  redriveClients({
    region: "us-east-1",
    endpoint: urls.aws,
    credentials: administrator,
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, path, query, headers, body = "" }: Request) {
        const answer = await handlers.aws({
          method,
          path,
          query: queryOf(query),
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
          ),
          body: typeof body === "string" ? Buffer.from(body) : new Uint8Array(body),
        });
        const { status: statusCode, headers: answered } = answer;
        const response = { statusCode, headers: answered, body: Buffer.from(answer.body) };
        return { response };
      },
    } as never,
  });
