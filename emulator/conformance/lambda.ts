import { deepEqual, equal, match, ok } from "node:assert/strict";
import {
  DeleteFunctionCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { claimsOf, refused } from "./claim.ts";
import { createEcho, deploy, echoOf, invoke } from "./echo.ts";
import type { Lab } from "./lab.ts";
import { mappingClaims } from "./lambda-mappings.ts";
import { createQueue } from "./sqs.ts";

const guide = "https://docs.aws.amazon.com/lambda/latest/dg";
const api = "https://docs.aws.amazon.com/lambda/latest/api";

/** What Lambda documents, of invocations and event source mappings. */
export const lambdaClaims = claimsOf(
  "lambda",
  [
    {
      name: "invoke",
      claim: "A synchronous invocation answers what the handler returned",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const { StatusCode, ExecutedVersion, result } = await invoke(lab, { animal: "parrot" });
        deepEqual([StatusCode, ExecutedVersion, result], [200, "$LATEST", { animal: "parrot" }]);
      },
    },
    {
      name: "unhandled",
      claim: "What a handler throws comes with status 200, FunctionError and the error as payload",
      doc: `${guide}/nodejs-exceptions.html`,
      async run(lab: Lab) {
        const { StatusCode, FunctionError, result } = await invoke(lab, { throw: "Refused" });
        deepEqual([StatusCode, FunctionError], [200, "Unhandled"]);
        deepEqual([result.errorType, result.errorMessage], ["Refused", "as asked"]);
      },
    },
    {
      name: "timeout",
      claim: "A function that runs longer than its timeout is stopped, and says so",
      doc: `${guide}/configuration-timeout.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab, 1);
        const { FunctionError, result } = await invoke(lab, { sleep: 5000 }, { FunctionName });
        equal(FunctionError, "Unhandled");
        match(result.errorMessage, /Task timed out after 1\.00 seconds/);
      },
    },
    {
      name: "event",
      claim: "An asynchronous invocation is accepted with 202, and no payload",
      doc: `${guide}/invocation-async.html`,
      async run(lab: Lab) {
        const { StatusCode, text } = await invoke(lab, {}, { InvocationType: "Event" });
        deepEqual([StatusCode, text], [202, ""]);
      },
    },
    {
      name: "dry-run",
      claim: "A dry run checks, and answers 204",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        equal((await invoke(lab, {}, { InvocationType: "DryRun" })).StatusCode, 204);
      },
    },
    {
      name: "payload-6mb",
      claim: "A synchronous payload has at most 6 MB",
      doc: `${guide}/gettingstarted-limits.html`,
      async run(lab: Lab) {
        const big = invoke(lab, "x".repeat(6 * 1024 * 1024));
        await refused(big, "RequestTooLargeException");
      },
    },
    {
      name: "payload-json",
      claim: "A payload that is not JSON is refused",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const bad = invoke(lab, undefined, { Payload: Buffer.from("{") });
        await refused(bad, "InvalidRequestContentException");
      },
    },
    {
      name: "no-function",
      claim: "A function that does not exist is named as such",
      doc: `${api}/API_Invoke.html`,
      async run(lab: Lab) {
        const none = invoke(lab, {}, { FunctionName: lab.unique("none") });
        await refused(none, "ResourceNotFoundException", /Function not found/);
      },
    },
    {
      name: "name-64",
      claim: "A function's name has at most 64 characters",
      doc: `${api}/API_CreateFunction.html`,
      async run(lab: Lab) {
        await refused(
          lab.lambda.send(deploy(lab, "x".repeat(65), 3)),
          "InvalidParameterValueException",
          /Member must have length less than or equal to 64/,
        );
      },
    },
    {
      name: "no-version",
      claim:
        "A version that was never published does not exist, by whichever parameter it is named",
      doc: `${guide}/configuration-versions.html`,
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        for (const more of [{ FunctionName: `${FunctionName}:5` }, { Qualifier: "5" }])
          await refused(
            invoke(lab, {}, more),
            "ResourceNotFoundException",
            new RegExp(`Function not found: arn:.*:function:${FunctionName}:5`),
          );
      },
    },
    {
      name: "latest",
      claim: "A function whose versions were never published has one, $LATEST, and no alias",
      doc: `${api}/API_ListVersionsByFunction.html`,
      locally: "Lists that would never say more than that are refused by name.",
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        const list = new ListVersionsByFunctionCommand({ FunctionName });
        const { Versions = [] } = await lab.lambda.send(list);
        deepEqual(
          Versions.map(({ Version }) => Version),
          ["$LATEST"],
        );
        deepEqual((await lab.lambda.send(new ListAliasesCommand({ FunctionName }))).Aliases, []);
      },
    },
    {
      name: "no-url",
      claim: "A function without a URL has none to describe",
      doc: `${api}/API_GetFunctionUrlConfig.html`,
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        const get = new GetFunctionUrlConfigCommand({ FunctionName });
        await refused(lab.lambda.send(get), "ResourceNotFoundException");
      },
    },
    {
      name: "reserved-concurrency",
      claim: "A reserved concurrency of 0 throttles every invocation",
      doc: `${guide}/configuration-concurrency.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab);
        await lab.lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
        );
        const call = new InvokeCommand({ FunctionName });
        const error = await refused(lab.lambda.send(call), "TooManyRequestsException");
        equal(error.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
      },
    },
    {
      name: "on-failure",
      claim: "An asynchronous invocation that keeps failing goes to the on-failure destination",
      doc: `${guide}/invocation-async-retain-records.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab);
        const queue = await createQueue(lab);
        await lab.lambda.send(
          new PutFunctionEventInvokeConfigCommand({
            FunctionName,
            MaximumRetryAttempts: 0,
            DestinationConfig: { OnFailure: { Destination: queue.arn } },
          }),
        );
        await invoke(lab, { throw: "Refused" }, { FunctionName, InvocationType: "Event" });
        const body = await lab.eventually(async () => (await queue.receive())[0]?.Body, 30);
        const { requestContext, requestPayload, responsePayload } = JSON.parse(body);
        deepEqual(
          [requestContext.condition, requestPayload, responsePayload.errorType],
          ["RetriesExhausted", { throw: "Refused" }, "Refused"],
        );
      },
    },
    {
      name: "suspended",
      claim:
        "An asynchronous invocation of a function whose reserved concurrency is 0 goes to the on-failure destination without a try",
      doc: `${guide}/invocation-async-error-handling.html`,
      async run(lab: Lab) {
        const FunctionName = await createEcho(lab);
        const queue = await createQueue(lab);
        await lab.lambda.send(
          new PutFunctionEventInvokeConfigCommand({
            FunctionName,
            DestinationConfig: { OnFailure: { Destination: queue.arn } },
          }),
        );
        await lab.lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
        );
        await invoke(lab, {}, { FunctionName, InvocationType: "Event" });
        const body = await lab.eventually(async () => (await queue.receive())[0]?.Body, 60);
        const { condition, approximateInvokeCount } = JSON.parse(body).requestContext;
        deepEqual([condition, approximateInvokeCount], ["ZeroReservedConcurrency", 0]);
      },
    },
    {
      name: "list-pages",
      claim: "ListFunctions answers as many as MaxItems says, and a marker for those that follow",
      doc: `${api}/API_ListFunctions.html`,
      async run(lab: Lab) {
        const names = [await echoOf(lab), await createEcho(lab)];
        const found = new Set<string | undefined>();
        let Marker: string | undefined;
        do {
          const page = await lab.lambda.send(new ListFunctionsCommand({ MaxItems: 1, Marker }));
          equal(page.Functions?.length, 1);
          found.add(page.Functions?.[0]?.FunctionName);
          Marker = page.NextMarker;
        } while (Marker);
        for (const name of names) equal(found.has(name), true);
      },
    },
    {
      name: "zip",
      claim: "A function's code is an archive",
      doc: `${api}/API_CreateFunction.html`,
      locally: "CreateFunction takes `HandlerFile`, the path of a file in this repository.",
      async run(lab: Lab) {
        const FunctionName = lab.unique("zip");
        await lab.lambda.send(deploy(lab, FunctionName, 3));
        lab.later(() => lab.lambda.send(new DeleteFunctionCommand({ FunctionName })));
      },
    },
    {
      name: "log-tail",
      claim: "LogType Tail answers the end of the log",
      doc: `${api}/API_Invoke.html`,
      locally: "Refused by name; `npm start -- --logs` shows what functions log.",
      async run(lab: Lab) {
        ok((await invoke(lab, {}, { LogType: "Tail" })).LogResult);
      },
    },
    {
      name: "versions",
      claim: "PublishVersion keeps a version of code and configuration",
      doc: `${guide}/configuration-versions.html`,
      locally: "To make a version or an alias is refused by name: there is $LATEST alone.",
      async run(lab: Lab) {
        const FunctionName = await echoOf(lab);
        equal((await lab.lambda.send(new PublishVersionCommand({ FunctionName }))).Version, "1");
      },
    },
    ...mappingClaims,
  ].map((claim) => ({ ...claim, needsRole: true as const })),
);
