/** What one of each costs that nobody uses, in US dollars a month at list prices; of queues those that a function is behind. */
export const IDLE_PRICES = { alarm: 0.1, queue: 0.26, table: 0.02 };
