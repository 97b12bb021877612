import { CustomerId } from "@petstore/events/ids";
import { expect, test } from "vitest";
import * as z from "zod";
import { accounts, subjectOf } from "./accounts.ts";

test("every account has the id of a customer, made of a UUID, as Cognito's subjects are", () => {
  for (const account of accounts) {
    CustomerId.parse(account.customerId);
    z.uuid().parse(subjectOf(account).sub);
  }
  expect(new Set(accounts.map(({ customerId }) => customerId)).size).toBe(4);
});
