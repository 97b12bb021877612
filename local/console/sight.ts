import type { Shop } from "../shop.ts";
import type { Beside, DrivenClock } from "./beside.ts";
import type { lensOn } from "./lens.ts";
import type { Look } from "./look.ts";
import type { ShopMap } from "./map.ts";
import type { TraceSource } from "./seen.ts";

/** Everything that the console looks at. */
export type Sight = Omit<Beside, "clock"> & {
  shop: Shop;
  trace: TraceSource;
  clock: Shop["cloud"]["clock"];
  driven: DrivenClock | undefined;
  look: Look;
  map: ShopMap;
  lens: ReturnType<typeof lensOn>;
};
