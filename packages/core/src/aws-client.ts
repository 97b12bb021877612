/**
 * How long a function waits for AWS. It has ten seconds (infra/patterns/lambda.ts) and mostly more than one call to make, so
 * one that hangs may not cost it all: DynamoDB, SQS and EventBridge answer in ten milliseconds or so, and what takes a hundred
 * times as long is lost. Three attempts of two seconds with the SDK's backoff (under half a second in all) end before
 * the function does, with an error that is logged and handled, not with the function's own end. The SDK's defaults would
 * wait for ever.
 */
const configOf = ({ maxAttempts = 3, requestTimeout = 2_000 }) => ({
  maxAttempts,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout,
    // Or the SDK only warns. A request that was given up may have been done: whoever repeats it must be able to.
    throwOnRequestTimeout: true,
  },
});

/** Makes an AWS client that gives up in time, with another patience where a service needs it. Endpoint, region and credentials come from the environment. */
export const awsClient = <Client>(
  Maker: new (config: ReturnType<typeof configOf>) => Client,
  patience: Parameters<typeof configOf>[0] = {},
): Client => new Maker(configOf(patience));
