import { outcomeOf } from "../../../services/inventory/src/domain/holding.ts";
import type { ReservationCommand } from "../../../services/inventory/src/domain/reservation.ts";
import { AFTER_EXPIRY, lines, NOW, orderId } from "./given.ts";
import { decide, type Program } from "./program.ts";
import type { Rules } from "./rules.ts";

/** The inventory's Lambdas: services/inventory/src/handlers/, each as what it does to the world. */
export const stockPrograms = (rules: Rules) => {
  const step = (type: Exclude<ReservationCommand["type"], "ReserveStock">, now = NOW) =>
    function* (): Program {
      return yield* decide(rules, "stock", { type, orderId, now });
    };
  return {
    *ReserveStock(): Program {
      const command = { type: "ReserveStock", orderId, now: NOW, lines } as const;
      const result = yield* decide(rules, "stock", command);
      return result.ok ? outcomeOf(result.value.state) : result;
    },
    CommitStock: step("CommitStock"),
    ReleaseStock: step("ReleaseStock"),
    ReturnStock: step("ReturnStock"),
    ExpireReservation: step("ExpireReservation", AFTER_EXPIRY),
  };
};
