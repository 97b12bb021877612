import { expect, test } from "vitest";
import type { WireHandler } from "../doors/wire/message.ts";
import { apiDoor } from "./api-door.ts";

const saying =
  (who: string): WireHandler =>
  async ({ path }) => ({ status: 200, headers: {}, body: `${who} ${path}` });
const request = (path: string) => ({
  ...{ method: "GET", path, query: "", headers: {} },
  body: new Uint8Array(),
});

test("what is mounted comes first, then pages, then the API", async () => {
  const door = apiDoor(saying("api"));
  door.mount("http://127.0.0.1:3000/_own/issuer", saying("issuer"));
  door.addPages(async (asked) =>
    asked.path === "/" ? { status: 200, headers: {}, body: "page" } : undefined,
  );
  const said = async (path: string) => (await door.handle(request(path))).body;
  expect(await said("/_own/issuer/keys")).toBe("issuer /keys");
  expect(await said("/_own/issuer")).toBe("issuer /");
  expect(await said("/_own/issuers")).toBe("api /_own/issuers");
  expect(await said("/")).toBe("page");
  expect(await said("/things")).toBe("api /things");
});

test("without an API, the rest is not found", async () => {
  expect(await apiDoor(undefined).handle(request("/things"))).toMatchObject({
    status: 404,
    body: '{"message":"Not Found"}',
    headers: { "x-content-type-options": "nosniff" },
  });
});
