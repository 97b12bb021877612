import { AskedAgain } from "./events.ts";
import { tell } from "./tell.ts";

/** Asks for all of an order to be told again: what StartExecution is with Step Functions, for those who sweep and resume. */
export const askAgain = ({ orderId }: { orderId: string }): Promise<void> =>
  tell(AskedAgain({ orderId: orderId as `ord_${string}` }), orderId);
