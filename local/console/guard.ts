import type { WireRequest, WireResponse } from "emulator/doors/wire/message";
import { problem } from "./answers.ts";

const isLoopback = (host: string) =>
  /^(localhost|127\.0\.0\.1|\[::1\]|[\w.-]+\.localhost)(:\d+)?$/i.test(host);

/** A file that a page has prepared, and the browser saves: it says no header, but what only the page was told. */
const isDownload = ({ method, path }: WireRequest) =>
  method === "GET" && /^\/_local\/console\/run\/[0-9a-f-]{36}$/.test(path);

/**
 * Who may ask the console's server: whoever has the cookie of the printed address, says with a header that the console
 * asks, and comes from no other site. A browser sends such a header to another site only after a question in advance,
 * which is never answered here. Answers the refusal of everybody else.
 */
export const refusalOf = (request: WireRequest, known: boolean): WireResponse | undefined => {
  const { headers } = request;
  const { host = "", origin, "x-petstore": said } = headers;
  if (!isLoopback(host))
    return problem(403, "The console answers to the names of this machine only.");
  if (origin !== undefined && origin !== `http://${host}`)
    return problem(403, "The console answers to its own pages only, not to another site.");
  if (said !== "console" && !isDownload(request))
    return problem(403, "Every question to the console has the header x-petstore: console.");
  if (!known)
    return problem(
      403,
      "Open the console by the address that npm start printed: it has its token.",
    );
  return undefined;
};
