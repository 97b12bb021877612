export type Dimensions = Record<string, string>;
export type Statistic = "Sum" | "Maximum" | "p50";

/** Values of metrics, as CloudWatch keeps them: by namespace, name and all dimensions. */
export type Series = {
  add: (namespace: string, name: string, dimensions: Dimensions, value: number, at: number) => void;
  /** What a statistic makes of one metric's values between two full minutes; undefined where there are none. */
  read: (
    metric: { namespace: string; name: string; dimensions: Dimensions },
    statistic: Statistic,
    from: number,
    until: number,
  ) => number | undefined;
  /** The dimensions of every series of a metric. */
  dimensionsOf: (namespace: string, name: string) => Dimensions[];
};

const statistics: Record<Statistic, (values: number[]) => number> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values) => Math.max(...values),
  p50: (values) => values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] as number,
};

/** No name and no value has a line break in it. */
const keyOf = (namespace: string, name: string, dimensions: Dimensions) => {
  const own = Object.keys(dimensions).sort();
  return [namespace, name, ...own.map((one) => `${one}=${dimensions[one]}`)].join("\n");
};

const MINUTE = 60_000;

/** Makes an empty store of metrics. */
export const createSeries = (): Series => {
  const points = new Map<string, Map<number, number[]>>(); // by key and minute
  const known = new Map<string, Map<string, Dimensions>>();
  return {
    add(namespace, name, dimensions, value, at) {
      const key = keyOf(namespace, name, dimensions);
      let own = points.get(key);
      if (!own) {
        own = new Map();
        points.set(key, own);
        const metric = keyOf(namespace, name, {});
        known.set(metric, (known.get(metric) ?? new Map()).set(key, dimensions));
      }
      const minute = Math.floor(at / MINUTE);
      const values = own.get(minute);
      if (values) values.push(value);
      else own.set(minute, [value]);
    },
    read({ namespace, name, dimensions }, statistic, from, until) {
      const own = points.get(keyOf(namespace, name, dimensions));
      const values: number[] = [];
      for (let minute = from / MINUTE; own && minute < until / MINUTE; minute++)
        values.push(...(own.get(minute) ?? []));
      return values.length > 0 ? statistics[statistic](values) : undefined;
    },
    dimensionsOf: (namespace, name) => [...(known.get(keyOf(namespace, name, {}))?.values() ?? [])],
  };
};
