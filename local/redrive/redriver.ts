import type { VirtualShop } from "../virtual-shop.ts";
import type { Clients } from "./clients.ts";
import { clientsHere } from "./clients-here.ts";
import { runRedrive, wishesOf } from "./command.ts";
import type { Entry } from "./redrive.ts";

/** What a redrive did: its exit code, what it said, what it left in the record. */
export type Redriven = { code: number; said: string[]; entries: Entry[] };

/** Runs `npm run redrive -- …` on a shop in this process: the command itself, without its terminal. */
export const redriver =
  ({ local, clock, drive }: VirtualShop, clients: Clients = clientsHere(local)) =>
  async (...args: string[]): Promise<Redriven> => {
    const said: string[] = [];
    const entries: Entry[] = [];
    const code = await drive(
      runRedrive(wishesOf(args), local.graph, {
        clients,
        now: clock.now,
        by: "a test",
        say: (line) => void said.push(line),
        record: (entry) => void entries.push(entry),
      }),
    );
    return { code, said, entries };
  };
