import type { Caller, World } from "../../kernel/engine.ts";
import type { Table } from "./store.ts";

type Used = { read: number; write: number };
type TableUse = { table: Table; own: Used; indexes: Map<string, Used> };

/** Counts the capacity units of one call, by table and index. */
export type Meter = {
  read: (table: Table, units: number, index?: string) => void;
  write: (table: Table, units: number, indexes?: Record<string, number>) => void;
  /** ConsumedCapacity of each table, as the request asked for it. */
  answer: (mode: string | undefined, transactional?: boolean) => object[] | undefined;
  /** Tells observers, whatever the request asked for. */
  report: (world: World, operation: string, caller: Caller) => void;
};

/** The 4 KB units of a strongly consistent read of so many bytes. */
export const readUnits = (size: number) => Math.max(1, Math.ceil(size / 4096));

/** A meter at zero. */
export const meter = (): Meter => {
  const uses = new Map<string, TableUse>();
  const useOf = (table: Table): TableUse => {
    const { name } = table.settings;
    const known = uses.get(name);
    if (known) return known;
    const use = { table, own: { read: 0, write: 0 }, indexes: new Map() };
    uses.set(name, use);
    return use;
  };
  const indexOf = (use: TableUse, name: string): Used => {
    const known = use.indexes.get(name);
    if (known) return known;
    const used = { read: 0, write: 0 };
    use.indexes.set(name, used);
    return used;
  };
  const totalOf = ({ own, indexes }: TableUse): Used => {
    let { read, write } = own;
    for (const used of indexes.values()) {
      read += used.read;
      write += used.write;
    }
    return { read, write };
  };

  return {
    read(table, units, index) {
      const use = useOf(table);
      (index === undefined ? use.own : indexOf(use, index)).read += units;
    },
    write(table, units, indexes = {}) {
      const use = useOf(table);
      use.own.write += units;
      for (const name in indexes) indexOf(use, name).write += indexes[name] as number;
    },
    answer(mode, transactional = false) {
      if (mode !== "TOTAL" && mode !== "INDEXES") return undefined;
      const shown = ({ read, write }: Used) => ({
        CapacityUnits: read + write,
        // Only transactions tell reads from writes.
        ...(transactional && read > 0 && { ReadCapacityUnits: read }),
        ...(transactional && write > 0 && { WriteCapacityUnits: write }),
      });
      return [...uses.values()].map((use) => {
        const total = { TableName: use.table.settings.name, ...shown(totalOf(use)) };
        if (mode === "TOTAL") return total;
        const kind = (global: boolean) => {
          const names = use.table.settings.indexes.filter(
            (index) => index.global === global && use.indexes.has(index.name),
          );
          return names.length === 0
            ? undefined
            : Object.fromEntries(
                names.map(({ name }) => [name, shown(use.indexes.get(name) as Used)]),
              );
        };
        const [global, local] = [kind(true), kind(false)];
        return {
          ...total,
          Table: shown(use.own),
          ...(global && { GlobalSecondaryIndexes: global }),
          ...(local && { LocalSecondaryIndexes: local }),
        };
      });
    },
    report(world, operation, caller) {
      for (const use of uses.values()) {
        const { read, write } = totalOf(use);
        world.trace.charge(read, write);
        world.note({
          kind: "dynamodb.units",
          operation,
          caller,
          table: use.table.settings.name,
          readUnits: read,
          writeUnits: write,
        });
      }
    },
  };
};
