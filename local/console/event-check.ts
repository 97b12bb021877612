import { NotUnderstood, openEnvelope } from "@petstore/core/event";
import { catalogue } from "@petstore/events/catalogue";
import { isObject } from "emulator/kernel/json";

/** Whether an event is as its contract says; where it is not, in which way. */
export type Checked = { fits: true } | { fits: false; why: string };

/** Whether an event is one of AWS's own, of which we have no contract. */
export const isOfAws = (source: string): boolean => source.startsWith("aws.");

/** Holds an event to the contract of its type. */
export const checkEvent = (detailType: string, detail: unknown): Checked => {
  if (isObject(detail) && typeof detail.type === "string" && detail.type !== detailType)
    return {
      fits: false,
      why: `The detail-type is ${detailType}, and the type in the envelope is ${detail.type}.`,
    };
  try {
    openEnvelope(catalogue, detail);
    return { fits: true };
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { fits: false, why: error.message };
  }
};
