/** An event of an execution's history, as Step Functions has it. */
export type HistoryEvent = {
  id: number;
  previousEventId: number;
  timestamp: number | string;
  type: string;
  [details: string]: unknown;
};

/** How a state of an execution stands. */
export type Standing = {
  status: "running" | "waiting" | "done" | "caught";
  attempts: number;
  entered: number;
  left?: number;
  error?: string;
};

/** A moment in milliseconds since 1970, of what may be seconds or a date. */
export const momentOf = (timestamp: number | string): number =>
  typeof timestamp === "number" ? timestamp * (timestamp < 1e11 ? 1000 : 1) : Date.parse(timestamp);

const detailsOf = (event: HistoryEvent): Record<string, unknown> =>
  (Object.entries(event).find(([key]) => key.endsWith("EventDetails"))?.[1] ?? {}) as Record<
    string,
    unknown
  >;

/** How each state stands, by its name. */
export const standingsOf = (events: readonly HistoryEvent[]): Map<string, Standing> => {
  const standings = new Map<string, Standing>();
  let current: string | undefined;
  for (const event of events) {
    const details = detailsOf(event);
    const at = momentOf(event.timestamp);
    if (event.type.endsWith("StateEntered")) {
      current = String(details.name);
      standings.set(current, { status: "running", attempts: 0, entered: at });
      continue;
    }
    const standing = current === undefined ? undefined : standings.get(current);
    if (!standing) continue;
    if (event.type === "TaskScheduled" || event.type === "LambdaFunctionScheduled") {
      standing.attempts += 1;
      standing.status = "running";
    } else if (event.type === "TaskSubmitted") standing.status = "waiting";
    else if (/(Failed|TimedOut|Aborted)$/.test(event.type)) {
      standing.error = String(details.error ?? event.type);
      standing.status = "caught";
      if (event.type.startsWith("Execution")) standing.left = at;
    } else if (event.type.endsWith("StateExited")) {
      standing.left = at;
      standing.status = standing.error && standing.status === "caught" ? "caught" : "done";
    }
  }
  return standings;
};

/** The ways that were really taken, as "From To": choices between two states are passed over. */
export const takenWays = (events: readonly HistoryEvent[]): Set<string> => {
  const names = events
    .filter(({ type }) => type.endsWith("StateEntered") && !type.startsWith("Choice"))
    .map((event) => String(detailsOf(event).name));
  return new Set(names.slice(1).map((name, i) => `${names[i]} ${name}`));
};

/** Why something failed, as a person reads it: a function's cause is JSON. */
const why = (error: unknown, cause: unknown): string | undefined => {
  if (typeof cause !== "string") return typeof error === "string" ? error : undefined;
  let told = cause;
  try {
    told = JSON.parse(cause).errorMessage ?? cause;
  } catch {
    // It is a sentence already.
  }
  const text = told.length > 160 ? `${told.slice(0, 159)}…` : told;
  return typeof error === "string" ? `${error}: ${text}` : text;
};

/** What an event is about, in a few words. */
export const aboutOf = (event: HistoryEvent): string => {
  const { name, resource, error, cause } = detailsOf(event);
  return [name, why(error, cause), resource].filter((one) => typeof one === "string").join(" · ");
};
