import type { Run } from "../../../services/orders/src/domain/run.ts";

/** An execution of a saga, as Step Functions tells of it. */
export type Execution<Input> = Run & {
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED" | "TIMED_OUT";
  error?: string;
  input: Input;
  /** When it ended. */
  at?: number;
};
type End = Pick<Execution<never>, "status" | "error">;

/** How a saga's execution ends, by what a story calls it. */
export const ends: Record<string, End> = {
  "the saga ends": { status: "SUCCEEDED" },
  "the saga fails": { status: "FAILED", error: "States.Runtime" },
  "the saga calls for a person": { status: "FAILED", error: "NeedsAttention" },
  "the saga is stopped": { status: "ABORTED" },
  "the saga takes too long": { status: "TIMED_OUT" },
};

/** Which webhook is heard next (the one that was sent first or last, or one that was heard before), by what a story calls it. */
export const webhooks = {
  HearWebhook: "first",
  "HearWebhook newest first": "last",
  "HearWebhook once more": "again",
} as const;

/** What functions reach outside of them, none of which does anything by itself: executions, a task that waits, webhooks that were sent. */
export const outside = <Input, News>() => {
  const executions = new Map<string, Execution<Input>>();
  const [sent, heard]: [News[], News[]] = [[], []];
  const toldEarly: string[] = [];
  let token: string | undefined;
  let asked = 0;
  const nameOf = ({ saga, name }: Run) => `${saga} ${name}`;
  const isEarly = ({ status }: End) => status !== "RUNNING" && status !== "SUCCEEDED";
  const newest = (fits: (one: End) => boolean) => [...executions.values()].findLast(fits);
  /** One of these, and the next time another one. */
  const oneOf = <Item>(all: readonly Item[]) => all[asked++ % all.length];

  return {
    sent,
    /** Begins an execution. Answers whether there was none of its name. */
    start(run: Run, input: Input): boolean {
      if (executions.has(nameOf(run))) return false;
      executions.set(nameOf(run), { ...run, status: "RUNNING", input });
      return true;
    },
    /** The execution of this name. */
    find: (run: Run) => executions.get(nameOf(run)),
    all: () => [...executions.values()],
    /** Those that have ended early. */
    early: () => [...executions.values()].filter(isEarly),
    /** The one that began last, of those that run, ends. */
    end(how: End, at = 0) {
      const one = newest(({ status }) => status === "RUNNING");
      if (!one) return;
      Object.assign(one, how, { at });
      if (isEarly(one)) toldEarly.push(nameOf(one));
    },
    /** Somebody lets the one that ended early last go on. */
    redrive() {
      const one = newest(isEarly);
      if (one) Object.assign(one, { status: "RUNNING", error: undefined });
    },
    /** An execution of which it was told that it ended early, whatever has become of it since. */
    wasEarly: () => executions.get(oneOf(toldEarly) ?? ""),
    /** A task waits for an answer under this token, or no task does any more. */
    waitFor(next?: string) {
      token = next;
    },
    /** Answers whether a task waited for that: it waits no more. */
    answer(given: string): boolean {
      if (token !== given) return false;
      token = undefined;
      return true;
    },
    /** The webhook that is heard next, if there is one. */
    webhook(which: (typeof webhooks)[keyof typeof webhooks]): News | undefined {
      if (which === "again") return oneOf(heard);
      const news = which === "first" ? sent.shift() : sent.pop();
      if (news !== undefined) heard.push(news);
      return news;
    },
  };
};
