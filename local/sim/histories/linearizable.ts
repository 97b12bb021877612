/** One operation of a history: when it was asked, when it was answered, and the answer. Without an answer nobody knows whether it was done. */
export type Operation<Command, Answer> = {
  command: Command;
  from: number;
  until: number;
  answer?: Answer;
};

/** What an operation does to a state, and what is answered then. */
export type Specification<State, Command, Answer> = {
  apply: (state: State, command: Command) => { state: State; answer: Answer };
  key: (state: State) => string;
  isSame: (answered: Answer, right: Answer) => boolean;
};

/**
 * Whether a history could have happened one operation after the other, each at one moment between question and answer: the
 * search of Wing and Gong, which remembers where it has been (https://doi.org/10.1006/jpdc.1993.1015,
 * https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/paper.pdf).
 */
export const isLinearizable = <State, Command, Answer>(
  history: readonly Operation<Command, Answer>[],
  initial: State,
  { apply, key, isSame }: Specification<State, Command, Answer>,
): boolean => {
  if (history.length > 30) throw new Error("A history has 30 operations at most");
  const visited = new Set<string>();
  const mustBeDone = history.reduce((set, { answer }, i) => (answer ? set | (1 << i) : set), 0);
  const search = (state: State, done: number): boolean => {
    if ((done & mustBeDone) === mustBeDone) return true;
    const place = `${done} ${key(state)}`;
    if (visited.has(place)) return false;
    visited.add(place);
    const open = history.filter((_, i) => !(done & (1 << i)));
    const firstAnswer = Math.min(...open.map(({ answer, until }) => (answer ? until : Infinity)));
    return history.some((one, i) => {
      if (done & (1 << i) || one.from > firstAnswer) return false;
      const { state: next, answer } = apply(state, one.command);
      if (one.answer && !isSame(one.answer, answer)) return false;
      return search(next, done | (1 << i));
    });
  };
  return search(initial, 0);
};
