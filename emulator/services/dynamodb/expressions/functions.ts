/** The functions of conditions, and how many operands each takes. */
export const conditionFunctions = new Map([
  ["attribute_exists", 1],
  ["attribute_not_exists", 1],
  ["attribute_type", 2],
  ["begins_with", 2],
  ["contains", 2],
  ["size", 1],
]);

/** The functions of updates, and how many operands each takes. */
export const updateFunctions = new Map([
  ["if_not_exists", 2],
  ["list_append", 2],
]);

/** Whether any kind of expression has the function. */
export const isFunction = (name: string) =>
  conditionFunctions.has(name) || updateFunctions.has(name);
