import { AwsError, type Call } from "emulator/kernel/engine";

const failures: Record<string, string> = {
  dynamodb: "InternalServerError",
  events: "InternalException",
  lambda: "ServiceException",
  ses: "InternalServiceErrorException",
};
const throttles: Record<string, string> = {
  lambda: "TooManyRequestsException",
  ses: "TooManyRequestsException",
};

/** What a caller hears when nothing comes back: AWS's own error of the service. */
export const lost = ({ service }: Call): AwsError =>
  new AwsError(failures[service] ?? "InternalFailure", "Lost on the way", 500);

/** What a service says that has too much to do. */
export const throttled = ({ service }: Call): AwsError =>
  new AwsError(
    throttles[service] ?? "ThrottlingException",
    "Rate exceeded",
    service in throttles ? 429 : 400,
  );

/** What a service says that is not there. */
export const unavailable = (): AwsError =>
  new AwsError("ServiceUnavailable", "The service is unavailable", 503);
