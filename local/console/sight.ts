import type { Trace } from "emulator/kernel/trace";
import type { Shop } from "../shop.ts";
import type { Beside } from "./beside.ts";
import type { lensOn } from "./lens.ts";
import type { Look } from "./look.ts";
import type { ShopMap } from "./map.ts";

/** Everything that the console looks at. */
export type Sight = Omit<Beside, "clock"> & {
  shop: Shop;
  trace: Trace;
  clock: Shop["cloud"]["clock"];
  driven: Beside["clock"];
  look: Look;
  map: ShopMap;
  lens: ReturnType<typeof lensOn>;
};
