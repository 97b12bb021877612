/** A version 4 UUID drawn from `random`, so that the same seed gives the same ids. */
export const uuid = (random: () => number): string => {
  let digits = "";
  for (let i = 0; i < 4; i++)
    digits += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  const variant = "89ab"[Number.parseInt(digits.charAt(16), 16) & 3];
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
};
