/** What is told of rows, tables and read models, by the types that the server has. */
export type { TableLine, TableRows, ToldData } from "../../../local/console/data.ts";
export type { ShownView } from "../../../local/control/view-routes.ts";
export type { Answer } from "../../../local/data/answer-of.ts";
export type { OrderData, OrderRow, Step, Version } from "../../../local/data/order-rows.ts";
export type { Change } from "../../../local/lens/difference.ts";
