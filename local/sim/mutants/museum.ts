import { consumers } from "./consumers.ts";
import { ladder } from "./ladder.ts";
import type { Mutant } from "./mutant.ts";
import { orders } from "./orders.ts";
import { outbox } from "./outbox.ts";
import { payments } from "./payments.ts";
import { stock } from "./stock.ts";

/** All defects that the simulator has to find: those of published systems, and our own. */
export const museum: Mutant[] = [outbox, consumers, orders, ladder, stock, payments].flat();
