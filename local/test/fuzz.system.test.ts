import { describe, expect, it } from "vitest";
import { doors } from "../fuzz/doors.ts";
import { knock } from "../fuzz/ground.ts";

const COUNT = Number(process.env.FUZZ_COUNT ?? 200);

describe(`F27 I11 I16 whatever comes to a door of the shop (${COUNT} inputs each)`, () => {
  it.each(Object.entries(doors))(
    "(%s), nothing is lost or hangs, and the next good order goes through",
    async (_, door) => {
      expect(await knock(door, 20_260_103, COUNT)).toEqual([]);
    },
  );
});
