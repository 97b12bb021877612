import { describe, expect, it } from "vitest";
import * as z from "zod";
import { MAX_HOPS, newTrace, traced } from "./context.ts";
import { defineEvent, openEnvelope, typesOf, upcast } from "./event.ts";
import { seal } from "./outbox.ts";

const V1 = defineEvent("shop.Moved.v1", z.object({ by: z.int() }));
const V2 = defineEvent("shop.Moved.v2", z.object({ moves: z.array(z.int()) }), [
  upcast(V1, ({ by }) => ({ moves: [by] })),
]);
const place = { source: "shop", aggregate: { type: "cart", id: "c1", version: 1 } };

describe("an envelope", () => {
  it("is read back as what was sealed", () => {
    const sealed = traced(newTrace("req_1"), () => seal(V1({ by: 2 }), place));
    expect(openEnvelope([V1], JSON.parse(JSON.stringify(sealed)))).toEqual(sealed);
    expect(sealed).toMatchObject({
      correlationId: "req_1",
      causationId: "req_1",
      hop: 1,
      ...place,
    });
  });

  it("of an older version is lifted for a reader of the newer one, and left alone for the others", () => {
    const old = seal(V1({ by: 2 }), place);
    expect(openEnvelope([V2], old)).toMatchObject({ type: V2.type, data: { moves: [2] } });
    expect(openEnvelope([V1], old)).toMatchObject({ type: V1.type, data: { by: 2 } });
    expect(typesOf([V2])).toEqual(["shop.Moved.v2", "shop.Moved.v1"]);
  });

  it("that nobody understands, or that is not as agreed, is refused", () => {
    const sealed = seal(V1({ by: 2 }), place);
    expect(() => openEnvelope([V1], { ...sealed, type: "shop.Other.v1" })).toThrow("understands");
    expect(() => openEnvelope([V1], { ...sealed, data: { by: 0.5 } })).toThrow();
    expect(() => openEnvelope([V1], { ...sealed, aggregate: undefined })).toThrow();
  });

  it("says in one line what is wrong, and where", () => {
    const Shipped = defineEvent(
      "shop.Shipped.v1",
      z.object({ to: z.object({ city: z.string() }) }),
    );
    const sealed = seal(Shipped({ to: { city: "Bern" } }), place);
    const misspelt = { ...sealed, data: { to: { cty: "Bern" } } };
    expect(() => openEnvelope([Shipped], misspelt)).toThrow(/^shop\.Shipped\.v1: .+ at to\.city$/);
    const { time: _, source: __, ...bare } = sealed;
    expect(() => openEnvelope([Shipped], bare)).toThrow(/^The envelope: .+ at time; .+ at source$/);
  });

  it("F19 is refused after too many hops, on either side", () => {
    const looping = { ...newTrace("req_1"), hop: MAX_HOPS };
    expect(() => traced(looping, () => seal(V1({ by: 1 }), place))).toThrow("loop");
    const sealed = { ...seal(V1({ by: 1 }), place), hop: MAX_HOPS + 1 };
    expect(() => openEnvelope([V1], sealed)).toThrow("loop");
  });
});
