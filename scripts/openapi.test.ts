import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPENAPI_FILE, openApiText } from "./openapi-document.ts";

const document = JSON.parse(readFileSync(OPENAPI_FILE, "utf8"));
const graph = JSON.parse(readFileSync("infra/graph.json", "utf8"));

describe("the OpenAPI document", () => {
  it("is what the routes' schemas say (after a change: npm run openapi)", async () =>
    expect(readFileSync(OPENAPI_FILE, "utf8")).toBe(await openApiText()));

  it("describes exactly the routes that are deployed", () => {
    const deployed = graph.resources
      .filter(({ type }: { type: string }) => type === "aws:apigatewayv2/route:Route")
      .map(({ inputs }: { inputs: { routeKey: string } }) => inputs.routeKey)
      .filter((route: string) => route !== "GET /openapi.json");
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations as object).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(deployed.toSorted());
  });

  it("shows no customer's or product's price to be set by a request", () => {
    const { schema } = document.paths["/orders"].post.requestBody.content["application/json"];
    expect(Object.keys(schema.properties)).toEqual(["lines", "paymentToken"]);
    expect(Object.keys(schema.properties.lines.items.properties)).toEqual([
      "productId",
      "quantity",
    ]);
    expect(schema.additionalProperties).toBe(false);
  });
});
