import { pacedClock } from "emulator/kernel/paced-clock";
import { fakeWall } from "emulator/kernel/testing/fake-wall";
import { liveShop } from "../live-shop.ts";

/** The shop as `npm start` has it, on a wall that the test moves. `driven` moves it until some work is over. */
export const liveForTest = async (forbidden?: string) => {
  const machine = fakeWall(Date.UTC(2026, 0, 1));
  const clock = pacedClock({ ...machine, from: { now: machine.wall(), chance: [1, 2, 3, 4] } });
  const driven = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    while (!over) await machine.pass(clock, 100);
    return work;
  };
  const shop = await driven(liveShop({ clock, forbidden, monotonic: () => 0 }));
  const stop = async () => {
    await shop.stop();
    clock.stop();
  };
  return { shop, clock, machine, driven, stop };
};
