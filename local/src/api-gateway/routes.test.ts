import { expect, test } from "vitest";
import { routeTable } from "./routes.ts";

const match = routeTable([
  "GET /orders/{orderId}",
  "GET /orders/latest",
  "POST /orders",
  "POST /orders/{orderId}/cancel",
  "ANY /files/{path+}",
  "ANY /orders/{orderId}",
]);

test.each([
  ["POST", "/orders", "POST /orders", undefined],
  ["GET", "/orders/latest", "GET /orders/latest", undefined],
  ["GET", "/orders/ord%201", "GET /orders/{orderId}", { orderId: "ord 1" }],
  ["DELETE", "/orders/1", "ANY /orders/{orderId}", { orderId: "1" }],
  ["POST", "/orders/1/cancel", "POST /orders/{orderId}/cancel", { orderId: "1" }],
  ["PUT", "/files/a/b", "ANY /files/{path+}", { path: "a/b" }],
  ["GET", "/orders/%E0%A4%A", "GET /orders/{orderId}", { orderId: "%E0%A4%A" }],
])("%s %s is answered by %s", (method, path, routeKey, pathParameters) => {
  expect(match(method, path)).toEqual(pathParameters ? { routeKey, pathParameters } : { routeKey });
});

test.each([
  ["GET", "/orders"],
  ["GET", "/"],
  ["GET", "/orders/"],
  ["GET", "/files/"],
  ["GET", "/orders/1/cancel/again"],
])("%s %s has no route", (method, path) => {
  expect(match(method, path)).toBeUndefined();
});

test("what fits no other route goes to $default", () => {
  const withDefault = routeTable(["$default", "GET /a"]);
  expect(withDefault("GET", "/a")).toEqual({ routeKey: "GET /a" });
  expect(withDefault("POST", "/anything")).toEqual({ routeKey: "$default" });
});
