/** What AWS demands of a member. Its messages about several come in this order. */
export type Limits = {
  notNull?: true;
  choices?: readonly string[];
  pattern?: string;
  least?: number;
  most?: number;
  shortest?: number;
  longest?: number;
  /** What it demands of the keys of a map, and of its values. */
  keys?: Limits;
  each?: Limits;
};

/** How AWS words what it says of a member, where that differs from others. */
type Wording = {
  /** It is asked for before anything else is looked at. */
  first?: true;
  /** It is named as in the request, and its value is not shown. */
  unshown?: true;
};

/** How long the names in a map may be together, and what is answered at the first that is beyond. */
export type Room = { characters: number; refusal: () => Error };

/** One member of a request: its type, what is within, and what AWS demands of it. */
export type Member = Limits &
  Wording &
  (
    | { type: "String" | "Boolean" | "Integer" | "Long" }
    | { type: "AttributeValue"; within?: true }
    | { type: "List"; of: Member; generic?: true }
    | { type: "Map"; of: Member; values: string; generic?: true; room?: Room }
    | { type: "Structure"; name: string; members: Members; within?: true }
  );

/** The members of a request or of a structure in it. */
export type Members = Record<string, Member>;

/** A text. */
export const text = (limits: Limits & Wording = {}): Member => ({ type: "String", ...limits });

/** One of these texts. */
export const choice = (...choices: string[]): Member => text({ choices });

/** True or false. */
export const truth = (limits: Limits = {}): Member => ({ type: "Boolean", ...limits });

/** A whole number. */
export const whole = (limits: Limits & Wording = {}): Member => ({ type: "Integer", ...limits });

/** A list; `generic` where AWS's messages call it by its Java type. */
export const list = (of: Member, limits: Limits & Wording & { generic?: true } = {}): Member => ({
  type: "List",
  of: of.type === "Structure" || of.type === "AttributeValue" ? { ...of, within: true } : of,
  ...limits,
});

/** A map whose values AWS's messages call `values`. */
export const map = (
  values: string,
  of: Member,
  limits: Limits & { generic?: true; room?: Room } = {},
): Member => ({
  type: "Map",
  values,
  of: of.type === "Structure" || of.type === "AttributeValue" ? { ...of, within: true } : of,
  ...limits,
});

/** A structure by AWS's name of it. */
export const structure = (name: string, members: Members, limits: Limits = {}): Member => ({
  type: "Structure",
  name,
  members,
  ...limits,
});

/** A value of an item. */
export const attributeValue: Member = { type: "AttributeValue" };

/** Values by the names of attributes: an item, a key. */
export const attributes = (limits: Limits & { generic?: true; room?: Room } = {}): Member =>
  map("AttributeValue", attributeValue, limits);
