import { AwsError, type Caller, type Engine, type World } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import { archiveOperations } from "./archives.ts";
import { busOperations } from "./bus-operations.ts";
import { callOf, createDeliveries, type Shipment } from "./delivery.ts";
import { eventOperations } from "./events.ts";
import { withLimits } from "./limits.ts";
import { crush } from "./patterns.ts";
import { type Bus, createRegistry } from "./registry.ts";
import { ruleOperations } from "./rule-operations.ts";
import { type BusEvent, targetInput, textOf } from "./target-input.ts";
import type { Target } from "./targets.ts";

/** An event on its way to a target, with what the rule and the target were when it matched. */
type Matched = {
  bus: string;
  rule: string;
  ruleArn: string;
  role?: string;
  target: Target;
  event: BusEvent;
  /** When the bus took it, in milliseconds since 1970. */
  takenAt: number;
  /** Whether the bus has it from another bus. */
  forwarded?: boolean | undefined;
};

/** An event on its way into a bus: which rules alone may have it, and whether it comes from another bus. */
type Arrival = { ruleArns?: string[] | undefined; forwarded?: boolean };

const servicePrincipal = "events.amazonaws.com";

/** EventBridge's classic buses: rules, targets with retries and dead letters, archives, replays. */
export const eventBridgeEngine = (world: World): Engine => {
  const { clock, trace } = world;
  const registry = createRegistry(world);

  const shipmentOf = (matched: Matched): Shipment => {
    const { bus, rule, ruleArn, role, target, event, takenAt, forwarded } = matched;
    const caller: Caller = {
      name: `rule ${rule}`,
      role: target.RoleArn ?? role ?? servicePrincipal,
      source: ruleArn,
    };
    const deadLetterArn = target.DeadLetterConfig?.Arn;
    return {
      label: `events deliver ${rule} ${target.Id}`,
      fact: {
        bus,
        rule,
        target: target.Arn,
        targetId: target.Id,
        eventId: event.id,
        detailType: event["detail-type"],
        replay: event["replay-name"],
      },
      async send() {
        const ingestedAt = `${new Date(takenAt).toISOString().slice(0, 19)}Z`;
        const input = targetInput(event, target, { ruleArn, ruleName: rule, ingestedAt });
        const call = callOf(target.Arn, input, {
          name: () => `${event.id}_${uuid(clock, `events name ${event.id}`)}`,
          group: target.SqsParameters?.MessageGroupId,
        });
        if (call) return world.call({ caller, ...call });
        // Without this, two buses could send one event to each other for ever.
        if (forwarded)
          throw new AwsError("ThirdBus", "An event of another bus is not sent to a third one.");
        // Another bus gets the event itself, under its own id.
        return accept(registry.requireBus(target.Arn), event, { forwarded: true });
      },
      retryPolicy: target.RetryPolicy,
      deadLetters: deadLetterArn
        ? {
            arn: deadLetterArn,
            caller: { ...caller, role: servicePrincipal },
            body: () => textOf(event),
            attributes: { RULE_ARN: ruleArn, TARGET_ARN: target.Arn },
          }
        : undefined,
    };
  };
  const deliveries = createDeliveries(world, "events", shipmentOf);

  const accept = (bus: Bus, event: BusEvent, { ruleArns, forwarded }: Arrival = {}) => {
    const crushed = crush(event);
    const takenAt = clock.now();
    archiving.keep(bus.arn, event, crushed);
    for (const { name, arn, enabled, pattern, role, targets } of registry.rulesOn(bus.name)) {
      if (!enabled || (ruleArns && !ruleArns.includes(arn))) continue;
      if (!registry.compiled(pattern)(crushed)) continue;
      const matched = { bus: bus.name, rule: name, ruleArn: arn, role, event, takenAt, forwarded };
      for (const target of targets) {
        const { seq } = trace.write({
          kind: "events.matched",
          bus: bus.name,
          eventId: event.id,
          detailType: event["detail-type"],
          rule: name,
          target: target.Arn,
          targetId: target.Id,
        });
        trace.under(seq, () => deliveries.add({ ...matched, target }));
      }
    }
  };

  const archiving = archiveOperations({
    world,
    registry,
    dispatch(arn, event, ruleArns) {
      const bus = registry.requireBus(arn);
      const { seq } = trace.write({
        kind: "events.replay",
        bus: bus.name,
        eventId: event.id,
        detailType: event["detail-type"],
        source: event.source,
        replay: event["replay-name"],
        detail: event.detail,
      });
      trace.under(seq, () =>
        accept(bus, event, { ruleArns: ruleArns?.length ? ruleArns : undefined }),
      );
    },
  });

  return {
    service: "events",
    operations: withLimits({
      ...busOperations(world, registry),
      ...ruleOperations(registry),
      ...eventOperations(world, registry, accept),
      ...archiving.operations,
    }),
    stop() {
      deliveries.stop();
      archiving.stop();
    },
    resume() {
      registry.forgetDerived();
      archiving.resume();
      deliveries.resume();
    },
  };
};
