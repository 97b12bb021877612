import type { Shop } from "../shop.ts";
import type { VirtualShop } from "../virtual-shop.ts";

type Schedule = { Name: string; ScheduleExpression: string; State: string };

/** Changes schedules, as an operator might. Answers how to set them back. */
const change = async ({ call }: Shop, to: (schedule: Schedule) => Partial<Schedule>) => {
  const put = (schedule: Schedule) => call("scheduler", "UpdateSchedule", schedule);
  const { Schedules } = await call("scheduler", "ListSchedules", {});
  const before: Schedule[] = [];
  for (const { Name } of Schedules) {
    const schedule = await call("scheduler", "GetSchedule", { Name });
    for (const told of ["Arn", "CreationDate", "LastModificationDate"]) delete schedule[told];
    const changes = to(schedule);
    if (Object.keys(changes).length === 0) continue;
    before.push(schedule);
    await put({ ...schedule, ...changes });
  }
  return async () => {
    for (const schedule of before) await put(schedule);
  };
};

/** Switches off all that runs on a schedule. Answers how to switch it on. */
export const withoutSchedules = (shop: Shop) => change(shop, () => ({ State: "DISABLED" }));

/**
 * Lets what runs every minute or every few run once an hour, except for these functions: all is swept still, and a day costs a
 * tenth. For waits of hours and days. Answers how to set it back.
 */
export const sweepHourly = (shop: Shop, ...except: string[]) =>
  change(shop, ({ Name, ScheduleExpression }) =>
    /^rate\(\d+ minutes?\)$/.test(ScheduleExpression) && !except.some((name) => Name.includes(name))
      ? { ScheduleExpression: "rate(1 hour)" }
      : {},
  );

/** Lets hours or days pass, in which all is swept once an hour. */
export const waitLong = async (shop: VirtualShop, ms: number) => {
  const sweepAsBefore = await sweepHourly(shop.local);
  await shop.clock.advance(ms);
  await sweepAsBefore();
};

/** Lets hours pass until the saga of an order calls for a person. Throws where it does not within two days. */
export const untilAttention = async (shop: VirtualShop, orderId: string) => {
  const sweepAsBefore = await sweepHourly(shop.local);
  for (let hours = 0; hours < 48; hours++) {
    await shop.clock.advance(3600_000);
    if ((await shop.read(orderId)).status === "NEEDS_ATTENTION") return sweepAsBefore();
  }
  throw new Error("Nobody was called");
};
