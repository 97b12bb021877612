/** FNV-1a, a small hash of text in 32 bits: spreads and names things alike in every run, keeps nothing secret. */
export const fnv1a = (text: string, seed = 0x811c9dc5): number => {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
};
