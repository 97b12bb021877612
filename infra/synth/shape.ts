/** What AWS takes in one place. `min` and `max` are of a number, a text's length or a list's; a pattern fits the whole text. */
export type Shape = {
  type?: "text" | "number" | "boolean";
  min?: number;
  max?: number;
  pattern?: string | undefined;
  enum?: string[];
  /** Of a structure: its members' shapes. */
  members?: Record<string, string>;
  required?: string[];
  /** Of a list: its members' shape. */
  member?: string;
  /** Of a map. */
  key?: string;
  value?: string;
  /** Of facts only: the numbers there are, and the size of a whole map as JSON. */
  among?: number[];
  bytes?: number;
};
