import { expect, test } from "vitest";
import { proxyAnswer } from "./proxy-answer.ts";

const deep = "[".repeat(30_000) + "]".repeat(30_000);

test("an answer without a status is its own body, however deep", () => {
  expect(proxyAnswer(deep)).toEqual({
    status: 200,
    headers: { "content-type": "application/json" },
    body: deep,
  });
});

test("what lies between two machines is not the function's to say", () => {
  const headers = {
    "Transfer-Encoding": "chunked",
    "content-length": 5,
    connection: "x",
    "X-A": true,
  };
  expect(proxyAnswer(JSON.stringify({ statusCode: "201", headers, body: "hi" }))).toEqual({
    status: 201,
    headers: { "content-type": "text/plain;charset=UTF-8", "x-a": "true" },
    body: "hi",
  });
});

test.each([
  ["a status in lists", `{"statusCode":${deep}}`],
  ["a status that is an object", '{"statusCode":{"valueOf":1,"toString":1}}'],
  ["a header that is an object", '{"statusCode":200,"headers":{"x":{"toString":1}}}'],
  ["a header that is a list", '{"statusCode":200,"headers":{"x":["a","b"]}}'],
  ["a header in lists", `{"statusCode":200,"headers":{"x":${deep}}}`],
  ["a header over two lines", '{"statusCode":200,"headers":{"x":"a\\r\\nset-cookie: b"}}'],
  ["a header's name with a blank", '{"statusCode":200,"headers":{"x y":"a"}}'],
  ["a cookie over two lines", '{"statusCode":200,"cookies":["a=1\\nset-cookie: b"]}'],
  ["a cookie that is an object", '{"statusCode":200,"cookies":[{"toString":1}]}'],
  ["cookies that are no list", '{"statusCode":200,"cookies":"a=1"}'],
  ["a body without a bottom", `{"statusCode":200,"body":${deep}}`],
])("%s is no answer, and breaks nothing", (_what, payload) => {
  expect(proxyAnswer(payload)).toBeUndefined();
});
