const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A version 4 UUID drawn from a stream of chance, so that the same seed gives the same ids. */
export const uuid = (
  { random }: { random: (stream?: string) => number },
  stream?: string,
): string => {
  const word = () => Math.floor(random(stream) * 0x1_0000_0000);
  const pair = (bits: number) => hex[bits & 255] as string;
  const four = (bits: number) => pair(bits >>> 8) + pair(bits);
  const [a, b, c, d] = [word(), word(), word(), word()];
  const version = four((b & 0x0fff) | 0x4000);
  const variant = four(((c >>> 16) & 0x3fff) | 0x8000);
  return `${four(a >>> 16)}${four(a)}-${four(b >>> 16)}-${version}-${variant}-${four(c)}${four(d >>> 16)}${four(d)}`;
};
