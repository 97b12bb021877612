import { createHash } from "node:crypto";
import type { Keep } from "../../kernel/keep.ts";
import { type Execution, type State, type Thread, visitOf, type Workflow } from "./execution.ts";

/** The definitions of all machines and executions, each kept once. */
export type Definitions = ReturnType<typeof createDefinitions>;

export const createDefinitions = (keep: Keep) => {
  const texts = keep.map<string>("states.definitions");
  const parsed = new Map<string, Workflow>();
  let used = new Set<string>();

  const workflow = (id: string): Workflow => {
    const known = parsed.get(id) ?? (JSON.parse(texts.get(id) as string) as Workflow);
    parsed.set(id, known);
    return known;
  };

  /** The workflow that a thread walks. */
  const workflowOf = (execution: Execution, thread: Thread): Workflow => {
    let found = workflow(execution.definition);
    for (const { state, branch } of thread.path) {
      const outer = found.States[state] as State;
      found = outer.Type === "Map" ? outer.ItemProcessor : outer.Branches[branch];
    }
    return found;
  };

  return {
    /** Keeps a definition that was found right. Answers the id it is known by: what it is made of. */
    add(text: string): string {
      const id = createHash("sha256").update(text).digest("base64url");
      if (!texts.has(id)) texts.set(id, text);
      return id;
    },
    text: (id: string) => texts.get(id) as string,
    /**
     * Says that an execution begins with a definition, which is then written down once, although it was there at the
     * boot: at the next boot the machine may have another.
     */
    use(id: string) {
      if (used.has(id)) return;
      used.add(id);
      texts.set(id, texts.get(id) as string);
    },
    resume() {
      used = new Set();
    },
    workflow,
    workflowOf,
    /** The state that a thread stands in. */
    stateOf: (execution: Execution, thread: Thread): State =>
      workflowOf(execution, thread).States[visitOf(thread).state] as State,
  };
};
