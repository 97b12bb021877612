import { AwsError } from "../../kernel/engine.ts";

/** The parameters that name a function in most calls. */
export type Named = { FunctionName: string; Qualifier?: string };

const user = { Type: "User" };

/** The error that Lambda answers for a parameter that will not do. */
export const invalid = (message: string) =>
  new AwsError("InvalidParameterValueException", message, 400, user);

/** The error that Lambda answers for a function that is not there. */
export const notFound = (arn: string) =>
  new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404, user);

/** The error that Lambda answers for what a function does not have. */
export const noSuchResource = () =>
  new AwsError(
    "ResourceNotFoundException",
    "The resource you requested does not exist.",
    404,
    user,
  );

/** The error that Lambda answers for what is there already. */
export const conflict = (message: string) =>
  new AwsError("ResourceConflictException", message, 409, user);
