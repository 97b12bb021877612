import { type PartShapes, partShapes } from "emulator/recording/part-shapes";
import * as z from "zod";

/** What the entries of a shop's parts may be: the emulator's, and the two that the shop adds. */
export const runShapes: PartShapes = {
  ...partShapes,
  "shop.opened": { value: z.int().min(0) },
  "shop.paused": { value: z.literal(true) },
};
