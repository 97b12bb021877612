/**
 * Reads something, one question at a time, so that no older answer comes after a newer one. Who wants it while a question is
 * under way, which may be answered as it was before, waits for one more. The promise ends when what was read is new enough.
 */
export const oneAtATime = (read: () => Promise<void>): (() => Promise<void>) => {
  let under: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    under = read().finally(() => {
      under = undefined;
    });
    return under;
  };
  return () => {
    if (!under) return begin();
    next ??= under
      .catch(() => {})
      .then(() => {
        next = undefined;
        return begin();
      });
    return next;
  };
};
