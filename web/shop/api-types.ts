import type * as z from "zod";
import type { NewOrder as Wanted } from "../../services/orders/src/domain/requests.ts";
import type * as Answer from "../../services/read-side/src/domain/answers.ts";

/** A product as the API answers it. */
export type Product = z.infer<typeof Answer.OfferedProduct>;
/** An order as the API answers it. */
export type Order = z.infer<typeof Answer.Order>;
/** What is sent to place an order. */
export type NewOrder = z.input<typeof Wanted>;
/** A page of a list. */
export type Page<Item> = { items: Item[]; cursor: string | null };
/** What a command answers. */
export type Accepted = { orderId: Order["orderId"]; status: Order["status"]; version: number };
