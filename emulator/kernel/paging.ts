/** Up to `most` entries of a list, from where `token` says, and the token of those that follow, if any do. */
export const pageOf = <T>(
  all: readonly T[],
  most: number,
  token: string | undefined,
  refuse: () => Error,
): { page: T[]; next?: string } => {
  const text = token === undefined ? "0" : Buffer.from(token, "base64url").toString();
  if (!/^\d+$/.test(text)) throw refuse();
  const from = Number(text);
  const to = from + most;
  const next = Buffer.from(String(to)).toString("base64url");
  return { page: all.slice(from, to), ...(to < all.length && { next }) };
};
