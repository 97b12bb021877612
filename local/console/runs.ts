import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { ownHeaders } from "emulator/doors/wire/own-answer";
import { type ExportedRun, exportRun } from "../runs/export-run.ts";
import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

export type { AboutRun } from "../runs/about-run.ts";

/** So many exports are under way at once. */
const MOST_EXPORTS = 2;

/** So long a browser has to ask for an export that its page has prepared, in milliseconds. */
const DOWNLOAD_MS = 30_000;

/** The file of a run, which is made as it is read; `ended` hears that it was, or that nobody reads on. */
const fileOf = ({ name, bytes, entries, moments }: ExportedRun, ended: () => void) => ({
  status: 200,
  headers: {
    ...ownHeaders,
    "cache-control": "no-store",
    "content-type": "application/gzip",
    "content-disposition": `attachment; filename="${name}"`,
    "x-petstore-entries": String(entries),
    "x-petstore-moments": String(moments),
  },
  body: "",
  stream: Readable.from(bytes, { objectMode: false }).once("close", ended),
});

/** What a file is called: shown as text, and no way to anywhere. */
const nameIn = (text: string | null) =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  (text ?? "").replaceAll(/[\u0000-\u001f\u007f/\\]/g, "").slice(-100) || "The file";

/** A run as a file: export this one, open another's, and what there is to know of one that is looked at. */
export const runRoutes = ({ shop, runs, recording }: Sight): Routes => {
  let under = 0;
  /** Exports that a browser is about to ask for, by what their page was given. */
  const prepared = new Map<string, { run: ExportedRun; timer: NodeJS.Timeout }>();
  const ended = () => {
    under -= 1;
  };
  const take = async () => {
    if (recording) throw new Refused(409, "This run has its file already.");
    if (under >= MOST_EXPORTS)
      throw new Refused(409, `${MOST_EXPORTS} exports are under way already: wait for one.`);
    under += 1;
    return exportRun(shop).catch((error) => {
      ended();
      throw error;
    });
  };
  return {
    "GET runs": () => ({
      recording: recording?.about ?? null,
      opened: runs?.list() ?? [],
      opens: runs !== undefined,
    }),
    "GET run": async () => fileOf(await take(), ended),
    // A browser saves a file as it comes where it asks for it by itself, and then it says no header: the page asks first.
    async "POST run"() {
      const run = await take();
      const ticket = randomUUID();
      const late = () => prepared.delete(ticket) && ended();
      prepared.set(ticket, { run, timer: setTimeout(late, DOWNLOAD_MS).unref() });
      const { name, entries, moments } = run;
      return { ticket, name, entries, moments };
    },
    "GET run/:ticket"({ parts: [ticket = ""] }) {
      const found = prepared.get(ticket);
      if (!found)
        throw new Refused(404, "That export was fetched, or waited too long: export again.");
      prepared.delete(ticket);
      clearTimeout(found.timer);
      return fileOf(found.run, ended);
    },
    async "POST runs"({ file, query, gone }) {
      if (!runs)
        throw new Refused(501, "This shop opens no runs: the one that npm start runs does.");
      if (file === undefined)
        throw new Refused(400, "Send the file of a run as it is: curl --data-binary @FILE.");
      return runs.open(file, nameIn(query.get("name")), gone);
    },
    async "DELETE runs/:port"({ parts: [port = ""] }) {
      if (!(await runs?.close(port)))
        throw new Refused(404, `There is no run at port ${port.slice(0, 10)} any more.`);
      return { opened: runs?.list() ?? [] };
    },
    async "POST recording/go-on"({ body }) {
      if (!recording) throw new Refused(409, "This is no recorded run: fork it from a moment.");
      return recording.goOn(Number(body().id));
    },
  };
};
