import { describe, expect, it } from "vitest";
import { shopGraph } from "../repository.ts";
import { checks } from "./checks.ts";
import { type Service, serviceNames, serviceOf } from "./service.ts";

const graph = shopGraph();
const services = serviceNames().map((name) => serviceOf(name, graph));

describe.each(services)("the service $name", (service) => {
  it.each(checks)("has its $what", ({ gaps }) => expect(gaps(service)).toEqual([]));
});

/** A service from which something was taken away. */
const orders = serviceOf("orders", graph);
const without = (kind: string, left: Record<string, undefined>): Service => {
  const less = (of: Service["all"]) => (asked: string) =>
    of(asked).map((one) => (asked === kind ? { ...one, inputs: { ...one.inputs, ...left } } : one));
  return { ...orders, all: less(orders.all), anywhere: less(orders.anywhere) };
};
const blank = (...files: string[]): Service => ({
  ...orders,
  read: (file) => (files.some((one) => file.includes(one)) ? "" : orders.read(file)),
});

describe("a gap", () => {
  it.each<[string, Service]>([
    ["owner", blank("CODEOWNERS")],
    ["tests", { ...orders, files: () => [] }],
    // A service that nobody has written a test for, in a shop full of tests.
    ["idempotency", { ...orders, name: "nobody", all: () => [] }],
    ["dead letters", without("EventTarget", { deadLetterConfig: undefined })],
    [
      "alarms",
      { ...orders, anywhere: (kind) => (kind === "MetricAlarm" ? [] : orders.anywhere(kind)) },
    ],
    ["runbook", blank("docs/runbooks")],
    ["schemas", { ...orders, files: () => [] }],
    [
      "least privilege",
      {
        ...orders,
        anywhere: (kind) =>
          orders.anywhere(kind).map((one) =>
            kind === "Role"
              ? {
                  ...one,
                  inputs: {
                    inlinePolicies: [
                      { policy: '{"Statement":[{"Action":"dynamodb:*","Resource":"arn:aws:x"}]}' },
                    ],
                  },
                }
              : one,
          ),
      },
    ],
    ["documents", blank("services/orders/README.md")],
    ["costs", blank("services/orders/README.md")],
    ["catalogue", blank("docs/catalogue/services/orders.md")],
  ])("of %s is found", (what, service) => {
    const check = checks.find((one) => one.what === what);
    expect(check?.gaps(service).length).toBeGreaterThan(0);
  });

  it("can be found of every check", () => expect(checks).toHaveLength(11));
});
