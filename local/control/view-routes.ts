import { type View, views } from "../data/views.ts";
import type { Control } from "./command.ts";
import { replayLine } from "./commands/rebuild.ts";
import type { Rebuild } from "./rebuild.ts";

/** A read model as the console shows it: what it says now, and how it was rebuilt last. */
export type ShownView = Omit<View, "holds" | "says" | "spoil"> & {
  rows: number;
  hash: string;
  rebuild?: Rebuild;
  /** The line of the AWS CLI that replays the archive to it. */
  aws: string;
};

/** The read models, with the hash of what they say. They are read again only when something has passed since. */
export const viewRoutes = (control: Control) => {
  const { rebuilds, shop } = control;
  const { trace } = shop.cloud;
  const readAll = () =>
    views.map((view) => {
      const { hash, rows } = rebuilds.said(view);
      return { hash, rows: rows.size };
    });
  let read: { at: string; said: ReturnType<typeof readAll> } | undefined;
  const saidNow = () => {
    const at = `${trace.epoch} ${trace.last}`;
    if (read?.at !== at) read = { at, said: readAll() };
    return read.said;
  };
  return {
    "GET views"() {
      const said = saidNow();
      const jobs = new Map(rebuilds.list().map((one) => [one.view, one]));
      return {
        views: views.map(({ holds: _, says: __, spoil: ___, ...told }, i): ShownView => {
          const rebuild = jobs.get(told.id);
          const view = views[i] as View;
          return {
            ...told,
            ...(said[i] as { hash: string; rows: number }),
            ...(rebuild && { rebuild }),
            aws: replayLine(control, view),
          };
        }),
      };
    },
  };
};
