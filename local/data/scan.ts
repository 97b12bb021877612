import type { Look } from "../console/look.ts";
import { plainItem } from "../lens/milestones.ts";
import type { Plain } from "./canonical.ts";

const PAGE = 1_000;

/** The rows of a table, page by page, looked at past every gate: no read in the books, no entry in the trace. */
export async function* rowsOf(look: Look, TableName: string): AsyncGenerator<Plain> {
  let ExclusiveStartKey: object | undefined;
  do {
    const page = await look("dynamodb", "Scan", {
      TableName,
      ConsistentRead: true,
      Limit: PAGE,
      ExclusiveStartKey,
    });
    for (const item of page.Items) yield plainItem(item) as Plain;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
}
