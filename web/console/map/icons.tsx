const shapes: Record<string, string> = {
  function: "M4 13 8.2 3.500h1.600L12.5 13M4 3.500h3",
  table:
    "M3 4.500c0-1.1 2.2-2 5-2s5 .9 5 2v7c0 1.1-2.2 2-5 2s-5-.9-5-2zM3 4.500c0 1.1 2.2 2 5 2s5-.9 5-2M3 8c0 1.1 2.2 2 5 2s5-.9 5-2",
  outbox:
    "M3 4.500c0-1.1 2.2-2 5-2s5 .9 5 2v7c0 1.1-2.2 2-5 2s-5-.9-5-2zM6 9.500h5M9 7.500l2 2-2 2",
  queue: "M2.5 5h2.500v6H2.500zM6.7 5h2.500v6H6.700zM11 5h2.500v6H11z",
  saga: "M5 2.500v11M11 2.500v11M5 5h6M5 8h6M5 11h6",
  bus: "M2 8h12M11 5l3 3-3 3M5 5 2 8l3 3",
  api: "M2.5 8h11M5 4.5 2.5 8 5 11.500M11 4.5 13.5 8 11 11.5",
  mail: "M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5",
  archive: "M2.5 3.500h11v3h-11zM3.5 6.500v6.500h9V6.500M6.5 9h3",
  relay: "M2.5 8h8M8 5l3 3-3 3M13.5 3.500v9",
};

const ofPart: Record<string, string> = {
  front: "function",
  work: "function",
  store: "table",
  room: "function",
};

/** The sign of a kind of thing, 16 pixels wide. */
export const Icon = ({ kind, x, y }: { kind: string; x: number; y: number }) => (
  <path class="icon" transform={`translate(${x} ${y})`} d={shapes[ofPart[kind] ?? kind] ?? ""} />
);
