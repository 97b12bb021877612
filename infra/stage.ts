import { isProduction } from "./stage-names.ts";

/** Production is kept and protected; every other stage is somebody's, and leaves nothing behind. */
export const production = isProduction($app.stage);

if (production && $dev)
  throw new Error(
    `${$app.stage} is a production: sst dev would put stubs in place of its functions.`,
  );

/** The web origin that may call the API from a browser. */
export const origin = process.env.PETSTORE_ORIGIN ?? "http://localhost:5173";

/** Whether the stage serves the shop's page, too. Its origin is then the one that may call the API. */
export const shopPage = Boolean(process.env.PETSTORE_SHOP);

/** Whom our e-mails come from: an address, to which SES sends a mail with a link, or a domain. Without one a stage sends none. */
export const sender =
  process.env.PETSTORE_SENDER || ($app.stage === "local" ? "shop@petstore.example" : undefined);

/** Who hears of alarms. Without it they only show in CloudWatch. */
export const operator = process.env.PETSTORE_OPERATOR;

/** How many functions the account lets run at once: its quota L-B99A9384. */
export const concurrency = Number(process.env.PETSTORE_CONCURRENCY ?? 1000);

/** How long logs are kept, in days. */
export const logDays = production ? 90 : 7;

/** How long the archive of all events is kept, in days. */
export const archiveDays = production ? 365 : 14;

/** A physical name where SST gives none: app, stage, name. */
export const named = (name: string) => `${$app.name}-${$app.stage}-${name}`;
