import { describe, expect, it } from "vitest";
import { AwsError } from "../kernel/engine.ts";
import { sdkRetries } from "./sdk-retries.ts";

const always = () => 0.999_999;
const throttled = new AwsError("ThrottlingException", "Rate exceeded");
const broken = new AwsError("InternalServerError", "Broken", 500);

const delays = (service: string, error: unknown) => {
  const { delayAfter } = sdkRetries(service);
  return [0, 1, 2, 3].map((attempt) => delayAfter(error, attempt, always));
};

describe("the SDK's retries", () => {
  it("wait longer after throttling than after a fault, and shortest for DynamoDB", () => {
    expect(delays("sqs", throttled)).toEqual([999, 1999, undefined, undefined]);
    expect(delays("sqs", broken)).toEqual([49, 99, undefined, undefined]);
    expect(delays("dynamodb", broken)).toEqual([24, 49, 99, undefined]);
  });

  it("do not repeat what was refused for a reason", () => {
    expect(delays("sqs", new AwsError("ValidationException", "No"))[0]).toBeUndefined();
    expect(delays("sqs", new Error("unknown"))[0]).toBeUndefined();
  });

  it("repeat a connection that broke", () => {
    expect(delays("sqs", Object.assign(new Error("x"), { code: "ECONNRESET" }))[0]).toBe(49);
  });

  it("stop when too many calls fail, until some succeed", () => {
    const { delayAfter, succeeded } = sdkRetries("sqs");
    let repeated = 0;
    while (delayAfter(broken, 0, always) !== undefined) repeated += 1;
    expect(repeated).toBe(35);
    succeeded(1);
    expect(delayAfter(broken, 0, always)).toBe(49);
  });
});
