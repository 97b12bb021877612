import { relay } from "@petstore/core/relay";
import { outbox } from "../adapters/outbox.ts";

export const handler = relay(outbox);
