/** "0.4 s", "12 s", "3.5 min", "2 h". */
export const span = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
};

/** The time of day with milliseconds, in UTC, as logs have it. */
export const timeOfDay = (at: number): string => new Date(at).toISOString().slice(11, 23);

/** The time of day to the second, in UTC. */
export const shortTime = (at: number): string => new Date(at).toISOString().slice(11, 19);

const split = (id: string) => id.replaceAll(/([a-z])([A-Z])/g, "$1 $2").split(/[\s-]+/);

/** The name of a thing within its room, which says a part of it already: "InventoryRelayOutbox" is "Relay outbox" there. */
export const nameIn = (id: string, room: string): string => {
  const said = new Set(room.split("-").map((word) => word.toLowerCase()));
  const words = split(id);
  const rest = words.filter((word, i) => i === words.length - 1 || !said.has(word.toLowerCase()));
  const text = rest.join(" ");
  return /^api$/i.test(text) ? "API" : text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
};

/** The last signs of an order's id, which tell it from others. */
export const tail = (orderId: string): string => orderId.slice(-5);

/** An id in a few signs that tell it from others of its kind: those that were made together begin alike. */
export const briefId = (id: string): string => {
  const [, kind = "", rest = id] = /^([a-z]+_)?(.*)$/s.exec(id) ?? [];
  return rest.length > 12 ? `${kind}…${rest.slice(-6)}` : id;
};
