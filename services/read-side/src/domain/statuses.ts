/** An order's status in its customer's words. */
export type Status = "PENDING" | "CONFIRMED" | "REJECTED" | "CANCELLED" | "NEEDS_ATTENTION";

/** The statuses of a row: each has an attribute of its own, numbered like the order's event that brought it. */
export type Statuses = { [status: `status_${number}`]: Status };

const statusesOf = (row: object) =>
  Object.entries(row).flatMap(([name, value]) => {
    const [, version] = /^status_(\d+)$/.exec(name) ?? [];
    return version ? [{ version: Number(version), status: value as Status }] : [];
  });

/** The newest status that the row has heard of, and the version of the order that brought it. */
export const statusOf = (row: object) =>
  statusesOf(row).reduce((newest, one) => (one.version > newest.version ? one : newest), {
    version: 0,
    status: "PENDING" as Status,
  });
