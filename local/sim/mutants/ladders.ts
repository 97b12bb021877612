export { toStateMachine } from "../../../packages/core/src/state-machine.ts";
export { fulfilOrder } from "../../../services/orders/src/saga/fulfil-order.ts";
export { returnOrder } from "../../../services/orders/src/saga/return-order.ts";
