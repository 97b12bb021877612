/** An order's status in its customer's words. */
export type Status = "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "NEEDS_ATTENTION";

/** What an event says of the status that says nothing of it. */
const UNCHANGED = "UNCHANGED";

/** The statuses of a row: each has an attribute of its own, numbered like the order's event that brought it. */
export type Statuses = { [status: `status_${number}`]: Status | typeof UNCHANGED };

const statusesOf = (row: object) =>
  Object.entries(row)
    .flatMap(([name, value]) => {
      const [, version] = /^status_(\d+)$/.exec(name) ?? [];
      return version
        ? [{ version: Number(version), status: value as Status | typeof UNCHANGED }]
        : [];
    })
    .sort((a, b) => b.version - a.version);

/** The newest status that the row has heard of, and the newest version of the order that it has seen. */
export const statusOf = (row: object): { version: number; status: Status } => {
  const all = statusesOf(row);
  const told = all.flatMap(({ status }) => (status === UNCHANGED ? [] : [status]));
  return { version: all[0]?.version ?? 0, status: told[0] ?? "PENDING" };
};
