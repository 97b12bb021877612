import { publish } from "@petstore/core/bus";
import { log } from "@petstore/core/log";
import { seal } from "@petstore/core/outbox";
import { DifferenceFound } from "@petstore/events/reconciliation";
import { Resource } from "sst";
import { type Found, foundOn, saveFound } from "./night.ts";

const eventOf = (date: string, { kind, subject, what, cure }: Found) => {
  const id = `${date}.${subject}.${kind}`;
  const aggregate = { type: "difference", id, version: 1 };
  const event = DifferenceFound({ date, kind, subject, what, ...(cure && { cure }) });
  // The same id each time: told again after a crash, it is the same event.
  return { ...seal(event, { source: "reconciliation", aggregate }), id: `evt_${id}` };
};

/** Tells of what was found and not yet told. Its row, written before, is its outbox. Throws where the bus does not take it. */
export const tellOfFound = async (date: string): Promise<void> => {
  for (const found of await foundOn(date)) {
    if (found.told) continue;
    const refused = await publish(Resource.Bus.name, [eventOf(date, found)]);
    if (refused.size > 0) throw new Error(`The bus refused an event: ${refused.get(0)}`);
    const { kind, subject, cure } = found;
    log("books differ", { error: "DifferenceFound", kind, subject, cure: cure ?? "none" });
    await saveFound(date, { ...found, told: true });
  }
};
