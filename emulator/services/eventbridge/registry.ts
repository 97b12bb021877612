import { AwsError, type World } from "../../kernel/engine.ts";
import { type CompiledPattern, validatePattern } from "./patterns.ts";
import type { Target } from "./targets.ts";

/** A rule and its targets, as plain data. It never changes: another one takes its place. */
export type Rule = {
  name: string;
  arn: string;
  bus: string;
  pattern: string;
  enabled: boolean;
  description?: string;
  role?: string;
  targets: readonly Target[];
};

/** A bus, as plain data. It never changes: another one takes its place. */
export type Bus = {
  name: string;
  arn: string;
  description?: string;
  kmsKey?: string;
  deadLetters?: object;
  statements: { Sid: string; [member: string]: unknown }[];
  createdAt: number;
  modifiedAt: number;
};

/** The buses with their rules and tags. */
export type Registry = ReturnType<typeof createRegistry>;

/** So many patterns stay compiled that are no longer in use. */
const patternsKept = 1000;

const busNameOf = (nameOrArn = "default") => nameOrArn.split("event-bus/").at(-1) as string;

export const createRegistry = ({ clock, account, region, keep }: World) => {
  const buses = keep.map<Bus>("events.buses");
  const rules = keep.map<Rule>("events.rules");
  const tags = keep.map<Record<string, string>>("events.tags");
  const patterns = new Map<string, CompiledPattern>();
  /** The rules by bus, until one changes. */
  let rulesByBus: Map<string, Rule[]> | undefined;

  const arnOf = (resource: string) => `arn:aws:events:${region}:${account}:${resource}`;
  const ruleKey = ({ bus, name }: { bus: string; name: string }) => `${bus}/${name}`;
  const noBus = (name: string) =>
    new AwsError("ResourceNotFoundException", `Event bus ${name} does not exist.`);
  const noRule = (name: string, bus: string) =>
    new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus ${bus}.`);

  const registry = {
    arnOf,
    buses: () => [...buses.values()],
    bus: (nameOrArn?: string): Bus | undefined => buses.get(busNameOf(nameOrArn)),
    busNameOf,
    requireBus(nameOrArn?: string): Bus {
      const bus = registry.bus(nameOrArn);
      if (!bus) throw noBus(busNameOf(nameOrArn));
      return bus;
    },
    addBus(name: string, more: Partial<Bus> = {}): Bus {
      const now = clock.now();
      const bus: Bus = {
        name,
        arn: arnOf(`event-bus/${name}`),
        statements: [],
        createdAt: now,
        modifiedAt: now,
        ...more,
      };
      buses.set(name, bus);
      return bus;
    },
    setBus: (bus: Bus) => void buses.set(bus.name, bus),
    deleteBus(name: string) {
      buses.delete(name);
      tags.delete(arnOf(`event-bus/${name}`));
    },
    rulesOn(bus: string): readonly Rule[] {
      rulesByBus ??= Map.groupBy(rules.values(), (rule) => rule.bus);
      return rulesByBus.get(bus) ?? [];
    },
    rule: (bus: Bus, name: string): Rule | undefined => rules.get(ruleKey({ bus: bus.name, name })),
    requireRule(bus: Bus, name: string): Rule {
      const rule = registry.rule(bus, name);
      if (!rule) throw noRule(name, bus.name);
      return rule;
    },
    putRule(rule: Rule) {
      rules.set(ruleKey(rule), rule);
      rulesByBus = undefined;
    },
    deleteRule(rule: Rule) {
      rules.delete(ruleKey(rule));
      tags.delete(rule.arn);
      rulesByBus = undefined;
    },
    tag(arn: string, given: { Key: string; Value: string }[] = []) {
      const more = Object.fromEntries(given.map(({ Key, Value }) => [Key, Value]));
      tags.set(arn, { ...tags.get(arn), ...more });
    },
    setTags: (arn: string, all: Record<string, string>) => void tags.set(arn, all),
    /** Only rules and buses have tags. */
    tagsOf(arn: string): Record<string, string> {
      const known = [...buses.values(), ...rules.values()].some((one) => one.arn === arn);
      if (known) return tags.get(arn) ?? {};
      const [kind, ...path] = (arn.split(":").at(-1) ?? "").split("/");
      if (kind === "event-bus") throw noBus(path.join("/"));
      throw noRule(path.at(-1) ?? arn, path.length > 1 ? (path[0] as string) : "default");
    },
    /** A pattern made ready, once for all events. */
    compiled(pattern: string): CompiledPattern {
      const known = patterns.get(pattern);
      if (known) return known;
      if (patterns.size >= patternsKept) patterns.clear();
      const made = validatePattern(pattern);
      patterns.set(pattern, made);
      return made;
    },
    /** To be called when the state is another one. */
    forgetDerived() {
      rulesByBus = undefined;
    },
  };
  registry.addBus("default");
  return registry;
};
