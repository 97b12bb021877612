import type { HistoryEvent } from "./history-event.ts";

/**
 * How many characters histories hold at most. AWS bounds the events only, 25,000 of 256 KB; all of one process's have to
 * find room in its memory.
 */
export const HISTORY_ROOM = {
  /** Of one execution. */
  one: 64 * 1024 * 1024,
  /** Of all together that grow. Beyond, those fail that hold more than a share. */
  growing: 256 * 1024 * 1024,
  share: 1024 * 1024,
  /** Of all that grow no more: beyond, the oldest are forgotten. */
  packed: 128 * 1024 * 1024,
};

/** What an event takes beside its texts. */
const BARE = 200;

/** What an event takes in a history, in characters. */
export const sizeOf = (event: object): number => {
  let size = BARE;
  const walk = (value: unknown) => {
    if (typeof value === "string") size += value.length;
    else if (typeof value === "object" && value !== null)
      for (const key in value) walk(value[key as never]);
  };
  walk(event);
  return size;
};

type Details = {
  stateEnteredEventDetails?: { input: string };
  stateExitedEventDetails?: { output: string };
};

const textIn = ({ stateEnteredEventDetails, stateExitedEventDetails }: Details) =>
  stateEnteredEventDetails?.input ?? stateExitedEventDetails?.output;

/** Lets an event have its text in common with the event before it: what a state takes is mostly what another gave. */
export const share = (event: HistoryEvent, before: HistoryEvent | undefined) => {
  const text = before && textIn(before as Details);
  if (text === undefined || text !== textIn(event as Details)) return;
  const { stateEnteredEventDetails, stateExitedEventDetails } = event as Details;
  if (stateEnteredEventDetails) stateEnteredEventDetails.input = text;
  else if (stateExitedEventDetails) stateExitedEventDetails.output = text;
};
