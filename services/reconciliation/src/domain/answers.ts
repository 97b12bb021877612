import * as z from "zod";
import { type Kind, kinds } from "./difference.ts";

/** What `GET /reports/reconciliation` takes: a day (UTC), today without one. */
export const ReportQuery = z.object({ date: z.iso.date().optional() });

const Difference = z.object({
  kind: z.enum(Object.keys(kinds) as [Kind, ...Kind[]]),
  subject: z.string(),
  what: z.string(),
  cure: z.string().optional(),
  at: z.string(),
});

/** What it answers: complete when all books of the day were compared. */
export const Report = z.object({
  date: z.string(),
  complete: z.boolean(),
  differences: z.array(Difference),
});
