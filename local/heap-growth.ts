import { setFlagsFromString } from "node:v8";

/**
 * Lets the heaps of this process and of its threads grow to twice of what is in use before they are collected. V8 by
 * itself waits for four times, and a shop that has sold for long would take gigabytes.
 */
export const boundHeapGrowth = () => {
  setFlagsFromString("--heap-growing-percent=100");
};
