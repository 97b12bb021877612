/**
 * Whether a text is as a pattern of IAM says: * is any text, ? one character. It goes back to the last * only, so it takes
 * at most as many steps as the lengths of both say, multiplied; `step` hears each.
 */
export const fitsWildcard = (pattern: string, text: string, step = () => {}): boolean => {
  let [at, place] = [0, 0];
  let [star, resume] = [-1, 0];
  while (place < text.length) {
    step();
    const sign = pattern[at];
    if (sign === "*") {
      star = at;
      resume = place;
      at += 1;
    } else if (sign === "?" || (sign !== undefined && sign === text[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      place = resume;
    } else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
};
