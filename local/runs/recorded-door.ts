import type { WireHandler, WireRequest, WireResponse } from "emulator/doors/wire/message";
import { ownHeaders } from "emulator/doors/wire/own-answer";
import { problem } from "../console/answers.ts";
import type { Shop } from "../shop.ts";

/** Lines that change nothing but which moment is shown, and which shops go on from here. */
const lookingLine = /^(status|forks|stop-fork\s|rewind\s)/;

const lineIn = ({ body }: WireRequest): string => {
  try {
    return String(JSON.parse(Buffer.from(body).toString())?.line);
  } catch {
    return "";
  }
};

/** Whether a request only looks: it reads, goes to another moment, or has a shop made of the run. */
const looks = (request: WireRequest): boolean => {
  const { method, path } = request;
  if (method === "GET" || method === "HEAD") return true;
  if (method !== "POST") return false;
  const asked = path.replace(/^\/_local\/console\//, "");
  if (asked === "recording/go-on" || asked === "pattern") return true; // a pattern is held against events, and that is all
  return asked === "commands" && lookingLine.test(lineIn(request));
};

/** What answers at the addresses of a recorded run: pages that show it, and one sentence to all who want something done. */
export const recordedDoor = (
  { pages }: Pick<Shop, "pages">,
  sentence: string,
): { api: WireHandler; aws: WireHandler } => ({
  api: async (request) =>
    (looks(request) ? await pages(request) : undefined) ?? problem(409, sentence),
  aws: async (): Promise<WireResponse> => ({
    status: 403,
    headers: {
      ...ownHeaders,
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-errortype": "RecordedRun",
    },
    body: JSON.stringify({ __type: "RecordedRun", message: sentence, detail: sentence }),
  }),
});
