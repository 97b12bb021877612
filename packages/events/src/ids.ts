import { defineId } from "@petstore/core/id";
import * as z from "zod";

/** An order: `ord_01J8…`. */
export const OrderId = defineId("ord");
export type OrderId = z.infer<typeof OrderId.schema>;

/** A customer: `cus_` and the subject of their tokens, which is the issuer's to choose. All that events say of a person. */
export const CustomerId = z.templateLiteral(["cus_", z.string().regex(/^[0-9A-Za-z-]{1,64}$/)]);
export type CustomerId = z.infer<typeof CustomerId>;

/** A product, by a name that people can read: `prd_goldfish`. */
export const ProductId = z
  .string()
  .regex(/^prd_[a-z0-9]+(-[a-z0-9]+)*$/, "must be prd_ and a name in kebab-case")
  .max(64);
export type ProductId = z.infer<typeof ProductId>;

/** The payment of an order: there is exactly one, so it is named after it. */
export const PaymentId = z.templateLiteral(["pay_", z.ulid()]);
export type PaymentId = z.infer<typeof PaymentId>;

/** The id of an order's payment. */
export const paymentOf = (orderId: OrderId) => orderId.replace("ord_", "pay_") as PaymentId;

/** The id of the order that a payment is for. */
export const orderPaidBy = (paymentId: PaymentId) => paymentId.replace("pay_", "ord_") as OrderId;
