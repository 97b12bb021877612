const RUNS = 3;

const partsOf = (name: string) => {
  const [first = name, run = "1"] = name.split(/_(?=\d+$)/);
  return { first, run: Number(run) };
};

/** Of which first run a run is the first, second or third: `ord_…`, or `ord_…-1` where a person has resumed the order. */
export const firstOf = (name: string): string => partsOf(name).first;

/** The name of the run after this one (`ord_…`, `ord_…_2`, `ord_…_3`), or undefined after the last. */
export const nextRun = (name: string): string | undefined => {
  const { first, run } = partsOf(name);
  return run < RUNS ? `${first}_${run + 1}` : undefined;
};
