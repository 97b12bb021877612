/** What an answer means for whoever would ask again: wait so many milliseconds, or do not. */
export const waitBefore = (
  status: number | "no answer",
  retryAfter: string | null,
  attempt: number,
): number | undefined => {
  const again = status === "no answer" || status === 429 || status === 503 || status === 504;
  // 409 with Retry-After: the first request with this key is not finished.
  if (!again && !(status === 409 && retryAfter)) return undefined;
  const told = Number(retryAfter) * 1000;
  const own = Math.min(8_000, 500 * 2 ** attempt);
  return told > 0 ? Math.max(told, own) : own;
};
