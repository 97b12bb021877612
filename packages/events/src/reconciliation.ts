import { defineEvent } from "@petstore/core/event";
import * as z from "zod";

/**
 * The books of two contexts, or ours and the payment provider's, differ, and did so at a second look. `subject` is an order or
 * a product, `cure` the command that was given because of it; without one a person has to look.
 */
export const DifferenceFound = defineEvent(
  "reconciliation.DifferenceFound.v1",
  z.object({
    date: z.iso.date(),
    kind: z.string(),
    subject: z.string(),
    what: z.string(),
    cure: z.string().optional(),
  }),
);

/** All that the reconciliation context publishes. */
export const reconciliationEvents = [DifferenceFound] as const;
