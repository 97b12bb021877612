/** What was found wrong with an expression: the first of each kind. */
export type Findings<Kind extends string> = {
  add: (kind: Kind, message: string) => void;
  /** What AWS speaks of when several things are wrong. */
  worst: () => string | undefined;
};

/** Nothing wrong yet. `order` is the order of AWS's checks. */
export const findingsIn = <Kind extends string>(order: readonly Kind[]): Findings<Kind> => {
  const first = new Map<Kind, string>();
  return {
    add(kind, message) {
      if (!first.has(kind)) first.set(kind, message);
    },
    worst() {
      const worst = order.find((kind) => first.has(kind));
      return worst && first.get(worst);
    },
  };
};

/** The steps as AWS's messages show a path: `[a, [0], b]`. */
export const shownPath = (path: readonly (string | number)[]) =>
  `[${path.map((step) => (typeof step === "number" ? `[${step}]` : step)).join(", ")}]`;
