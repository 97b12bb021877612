import { expect, test } from "vitest";
import { routeTable } from "./routes.ts";

const match = routeTable([
  "GET /things/{thingId}",
  "GET /things/latest",
  "POST /things",
  "POST /things/{thingId}/cancel",
  "ANY /files/{path+}",
  "ANY /things/{thingId}",
]);

test.each([
  ["POST", "/things", "POST /things", undefined],
  ["GET", "/things/latest", "GET /things/latest", undefined],
  ["GET", "/things/ord 1", "GET /things/{thingId}", { thingId: "ord 1" }],
  ["DELETE", "/things/1", "ANY /things/{thingId}", { thingId: "1" }],
  ["POST", "/things/1/cancel", "POST /things/{thingId}/cancel", { thingId: "1" }],
  ["PUT", "/files/a/b", "ANY /files/{path+}", { path: "a/b" }],
  ["GET", "/things/%E0%A4%A", "GET /things/{thingId}", { thingId: "%E0%A4%A" }],
])("%s %s is answered by %s", (method, path, routeKey, pathParameters) => {
  expect(match(method, path)).toEqual(pathParameters ? { routeKey, pathParameters } : { routeKey });
});

test.each([
  ["GET", "/things"],
  ["GET", "/"],
  ["GET", "/things/"],
  ["GET", "/files/"],
  ["GET", "/things/1/cancel/again"],
])("%s %s has no route", (method, path) => {
  expect(match(method, path)).toBeUndefined();
});

test("what fits no other route goes to $default", () => {
  const withDefault = routeTable(["$default", "GET /a"]);
  expect(withDefault("GET", "/a")).toEqual({ routeKey: "GET /a" });
  expect(withDefault("POST", "/anything")).toEqual({ routeKey: "$default" });
});
