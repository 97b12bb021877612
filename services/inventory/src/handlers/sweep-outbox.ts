import { sweepOutbox } from "@petstore/core/sweep-outbox";
import { outbox } from "../adapters/outbox.ts";

export const handler = sweepOutbox(outbox);
