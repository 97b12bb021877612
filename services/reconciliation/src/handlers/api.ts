import { authenticated } from "@petstore/core/auth";
import { answers, documented, refuses } from "@petstore/core/documented";
import { handle } from "@petstore/core/handle";
import { api, valid } from "@petstore/core/http";
import { Resource } from "sst";
import { foundOn, readMark } from "../adapters/night.ts";
import { Report, ReportQuery } from "../domain/answers.ts";

/** What the nights found, for administrators. */
export const app = api().get(
  "/reports/reconciliation",
  documented({
    operationId: "reconciliation",
    summary: "Where books differed on a day (UTC), today by default",
    responses: {
      200: answers("The night's report", Report),
      ...refuses({ 401: "No valid token", 403: "For admins", 422: "Not a date" }),
    },
  }),
  authenticated(Resource.Issuer, { role: "admin" }),
  valid("query", ReportQuery),
  async (c) => {
    const { date = new Date().toISOString().slice(0, 10) } = c.req.valid("query");
    const [{ complete = false }, differences] = await Promise.all([readMark(date), foundOn(date)]);
    return c.json(Report.parse({ date, complete, differences }));
  },
);

export const handler = handle(app);
