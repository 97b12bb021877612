import type { FaultKind } from "./fault.ts";

/** A bus that takes some events of a call, and refuses one. */
export const partialPutEvents: FaultKind = {
  says: "is taken but for one of its events",
  often: 4,
  fits: ({ operation }, { caller }) =>
    operation === "PutEvents" && caller.name.endsWith("Function"),
  strike: async (call, next, { draw }) => {
    const { Entries } = call.input as { Entries: object[] };
    const refused = Math.floor(draw() * Entries.length);
    const taken = Entries.filter((_, index) => index !== refused);
    const answer =
      taken.length > 0
        ? ((await next({ ...call, input: { ...call.input, Entries: taken } })) as Answer)
        : { FailedEntryCount: 0, Entries: [] };
    const said = [...answer.Entries];
    said.splice(refused, 0, { ErrorCode: "InternalFailure", ErrorMessage: "Not this one" });
    return { FailedEntryCount: answer.FailedEntryCount + 1, Entries: said };
  },
};

type Answer = { FailedEntryCount: number; Entries: object[] };
