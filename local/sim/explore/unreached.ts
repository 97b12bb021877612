/** Edges that a rulebook has and nobody takes, and why. */
export const neverReached: [which: RegExp, why: string][] = [];
