import { AwsError } from "../../kernel/engine.ts";

/** What AWS answers to a request that can never succeed as it stands. */
export const invalid = (message: string) => new AwsError("ValidationException", message);

/** The beginning of many of DynamoDB's messages. */
export const invalidParameter = (message: string) =>
  invalid(`One or more parameter values were invalid: ${message}`);

/** What AWS answers about a table, a stream or an index that is not there. */
export const notFound = (message = "Requested resource not found") =>
  new AwsError("ResourceNotFoundException", message);
