/** What is told of an order, and of an entry of the trace, by the types that the lens has. */
export type { Bar } from "../../../local/lens/bars-of.ts";
export type { TreeNode as Cause } from "../../../local/lens/causes-of.ts";
export type { Cost } from "../../../local/lens/cost-of.ts";
export type { Change } from "../../../local/lens/difference.ts";
export type { ShownEntry as Shown } from "../../../local/lens/shown-entry.ts";
export type { Allowed } from "../../../local/lens/statement-of.ts";
export type { OrderStory } from "../../../local/lens/story-of.ts";
export type { UnitOfWork as Work } from "../../../local/lens/unit-of-work.ts";
