import { computed, signal } from "@preact/signals";
import { ask, consolePrefix, sentenceOf } from "../ask.ts";
import { looked } from "../looked.ts";
import { attempt, clock, say, timeline } from "../state.ts";
import { shopLine } from "../terminal.ts";
import type { OpenedRun, RecordedAbout } from "../types.ts";

/** Whether this shop is a recorded run, and the runs that were opened beside it. */
export const runs = looked<{
  recording: RecordedAbout | null;
  opened: OpenedRun[];
  opens: boolean;
}>("runs", { recording: null, opened: [], opens: false });

/** Why nothing can be done here, in a recorded run; undefined in a shop. */
export const stands = computed(() =>
  runs.value.value.recording
    ? "This is a recorded run: nothing happens in it. 'Go on from here' makes a shop of it."
    : undefined,
);

/** What is under way, in words; undefined where nothing is. */
export const busy = signal<string | undefined>(undefined);
/** Why the last file was not opened. */
export const refused = signal<string | undefined>(undefined);

const MOST_BYTES = 256 * 1024 * 1024;

type Exported = { ticket: string; name: string; entries: number };

/** The line that exports in a terminal. */
export const exportLine = () => shopLine("export FILE.petstore-run");
/** The line that opens a run in a terminal. */
export const openLine = "npm start -- --run FILE.petstore-run";

/** The console of a shop or a run that was opened beside this one. */
export const consoleOf = ({ api, token }: { api: string; token: string }) =>
  `${api}/console/?token=${token}`;

/** Saves the run of this shop as a file: the browser takes it as it comes, and shows how far it is. */
export const exportRun = async (): Promise<void> => {
  if (busy.value) return;
  busy.value = "Exporting …";
  await attempt(async () => {
    const { ticket, name, entries } = await ask<Exported>("run", { method: "POST" });
    const link = document.createElement("a");
    link.href = `${consolePrefix}run/${ticket}`;
    link.download = name;
    link.click();
    say({
      text: `Your browser saves ${name}: ${entries.toLocaleString("en")} entries. Nothing in it is secret.`,
      line: `npm start -- --run ${name}`,
    });
    await timeline.look();
  });
  busy.value = undefined;
};

/** Opens the run in a file beside this shop. */
export const openRun = async (file: File): Promise<void> => {
  refused.value = undefined;
  if (file.size > MOST_BYTES) {
    refused.value = `${file.name} is larger than 256 MB, more than a recorded run has.`;
    return;
  }
  busy.value = `Opening ${file.name} …`;
  try {
    const path = `runs?name=${encodeURIComponent(file.name)}`;
    const opened = await ask<OpenedRun>(path, { method: "POST", file });
    say({
      text: `${file.name} is open: the run of ${new Date(opened.about.recordedAt).toLocaleString()}.`,
      next: "Its console opens in another tab.",
      link: { to: consoleOf(opened), label: "Look at it" },
    });
  } catch (error) {
    refused.value = sentenceOf(error);
  }
  busy.value = undefined;
  await runs.look();
};

/** Ends a run that was opened. */
export const closeRun = ({ api }: OpenedRun) =>
  attempt(async () => {
    await ask(`runs/${new URL(api).port}`, { method: "DELETE" });
    await runs.look();
  });

/** The moment that a recorded run shows: the last that is not later. */
export const shownMoment = () => {
  const { moments } = timeline.value.value;
  const { now } = clock.value.value;
  return moments.findLast(({ at }) => at <= now) ?? moments.at(-1);
};

/** Makes a living shop of the moment that is shown. */
export const goOn = () =>
  attempt(async () => {
    const id = shownMoment()?.id;
    busy.value = "Opening a shop …";
    try {
      const fork = await ask<{ api: string; token: string }>("recording/go-on", { body: { id } });
      say({
        text: "A shop goes on from this moment, with keys of its own.",
        next: "The run stays as it was.",
        link: { to: consoleOf(fork), label: "Open its console" },
      });
    } finally {
      busy.value = undefined;
    }
  });
