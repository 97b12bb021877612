/** What was found of one thing: it is fine, it is missing something that one can do without, or it keeps the workshop from happening. */
export type Finding = { state: "fine" | "without" | "bad"; sentence: string };

/** Something that is looked at before a workshop. It never throws. */
export type Look = () => Promise<Finding>;

export const fine = (sentence: string): Finding => ({ state: "fine", sentence });
export const without = (sentence: string): Finding => ({ state: "without", sentence });
export const bad = (sentence: string): Finding => ({ state: "bad", sentence });
