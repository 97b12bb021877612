/** What a client's calls do not show, or not in a short time: how the emulator differs, by service. */
export const knownDifferences: [service: string, difference: string][] = [
  [
    "everywhere",
    "One account (123456789012), one region (us-east-1), one process. All is in memory and gone when it stops; with `--persist` it is written down too, and there after kill -9, but not surely after a power cut.",
  ],
  [
    "everywhere",
    "What is created is ready at once: states such as CREATING are never seen. What is deleted is gone at once, and its name free.",
  ],
  [
    "everywhere",
    "After a restart with `--persist`, and in a fork, functions that were running are cut off; what they were doing is delivered again, and the attempt that was cut off does not count.",
  ],
  [
    "everywhere",
    "Most quotas on the number of resources and on calls per second are not enforced; limits of sizes, Lambda's concurrency and the throttling of HTTP APIs are.",
  ],
  [
    "everywhere",
    "JSON of more than 1,000 levels is refused as a SerializationException. AWS documents no such bound outside DynamoDB's items.",
  ],
  [
    "dynamodb",
    "Reads are always consistent, and indexes are up to date at once. On AWS both may lag, for mostly less than a second; with `--lag` they do here, too.",
  ],
  [
    "dynamodb",
    "Capacity is counted and never runs out: no throttling of a table, an index or a hot partition.",
  ],
  [
    "dynamodb",
    "Items are deleted 10 to 20 minutes after their time to live. AWS says: within a few days.",
  ],
  [
    "dynamodb",
    "Point-in-time recovery, encryption, table class and deletion protection are remembered where the API has them; there are no backups to restore from.",
  ],
  ["streams", "A stream has one shard that never splits. AWS rolls shards every few hours."],
  [
    "streams",
    "A stream keeps those records of a day that nobody has read, as AWS does, up to 25,000 of them, and of the others up to 10,000. What is trimmed before anybody read it is said by a fact, stream.trimmed.",
  ],
  [
    "sqs",
    "A message is received once per visibility timeout, mostly in the order in which it was sent. AWS promises neither.",
  ],
  [
    "sqs",
    "Message counts are exact at any moment; on AWS they are approximate, for up to a minute.",
  ],
  [
    "eventbridge",
    "An event is delivered at once, once and in order. On AWS it takes half a second, may come twice, in any order.",
  ],
  [
    "eventbridge",
    "Rules, targets and archives work from the moment of their creation; on AWS after up to a minute, archives up to ten.",
  ],
  [
    "eventbridge",
    "Targets are Lambda functions, SQS queues, state machines and other buses. Others are refused by name.",
  ],
  [
    "eventbridge",
    "A rule's pattern has at most 2,048 characters, the quota that an account begins with. A search for elements of lists that fit a pattern together gives up after two million steps: the event does not match.",
  ],
  [
    "eventbridge",
    "What an archive no longer keeps goes in packs of 256 events, each with the youngest of them.",
  ],
  [
    "stepfunctions",
    "Integrations: lambda:invoke, events:putEvents, sqs:sendMessage, dynamodb:{getItem,putItem,updateItem,deleteItem}, states:startExecution, with .waitForTaskToken, .sync and .sync:2 where AWS has them. Others are refused when the machine is created.",
  ],
  [
    "stepfunctions",
    "Map runs inline, over lists. Items that are written as an object, Distributed Map, map runs, activities, versions and aliases are refused.",
  ],
  [
    "stepfunctions",
    "Logging to CloudWatch and tracing to X-Ray are accepted and do nothing; the history is complete.",
  ],
  [
    "stepfunctions",
    "All is kept of the newest 1,000 executions that succeeded, and of the newest 1,000 others. Of older ones name, status and times are, for 90 days as on AWS, and of those that did not succeed input and error too; their histories are not, and they cannot be redriven.",
  ],
  [
    "stepfunctions",
    "A history holds 64 million characters at most, and all that grow together 256 million: beyond, an execution fails as at 25,000 events. Ended ones are kept up to 128 million. AWS bounds the events alone.",
  ],
  [
    "stepfunctions",
    "An expression that does more than look refuses an object with the key `_jsonata_lambda` or `_jsonata_function` that is true (D1013): JSONata would call it.",
  ],
  [
    "stepfunctions",
    "An expression may take 250,000 steps, half a second or so, where AWS bounds its time; depth and memory are as measured on AWS. JSON may nest 1,000 levels deep. Regular expressions that look ahead, look behind or refer back are refused when the machine is created.",
  ],
  [
    "lambda",
    "Handlers run in this process, on its Node, each environment with global objects of its own. Architecture, /tmp and layers mean nothing. By default all share one thread with the emulator: memory size is no limit, one that computes for long keeps everything waiting, and one that never waits stops it all. With `--isolated` all functions share two threads: memory size is a limit from 1 GB on (with less, a function may have 1 GB), and one that computes for long keeps others waiting for up to two seconds; what is already under way in its thread waits on, and is killed when its timeout ends it.",
  ],
  [
    "lambda",
    "At most 20 environments of a function at once; more invocations wait for one. AWS would start more, up to the account's concurrency.",
  ],
  [
    "lambda",
    "Environments start in milliseconds and stay. With `--cold-starts` they take as long as on AWS, estimated from the size of their bundles, and end after some idle minutes.",
  ],
  [
    "lambda",
    "A function reaches this machine's addresses only; on AWS it reaches the internet. What it tries is refused and reported.",
  ],
  [
    "lambda",
    "An event source mapping hears of a message within 10 ms instead of polling. One on a queue begins with five batches at once and adds five a second, up to 1,000 or its MaximumConcurrency; how fast AWS adds them is a bound, no promise.",
  ],
  ["scheduler", "A schedule runs in its second. AWS promises its minute."],
  [
    "ses",
    "E-mails are captured and shown, never sent. Those to the mailbox simulator's `bounce` and `complaint` come back as events, no others; there is no suppression list. The newest 1,000 are kept.",
  ],
  [
    "iam",
    "Policies are those of the graph, of queues and of functions. There is no IAM API; boundaries, SCPs, session policies, NotAction, NotResource, variables, and conditions other than String*, Arn* and Bool do not exist or are refused by name.",
  ],
  [
    "iam",
    "The printed key is an administrator whom nothing is denied, and so is the role `administrator`, for what people create by hand. Who may assume or pass a role is not checked.",
  ],
  [
    "iam",
    "Signatures of requests from outside are verified. Functions call without HTTP and unsigned: their access key says who they are.",
  ],
  [
    "iam",
    "Keys have no sessions: a request with a session token is refused, whatever the token. What is wrong with the expiry of a presigned request is said in the words of S3; what other services say is not documented.",
  ],
  [
    "http api",
    "A second Authorization or Host is refused with 400, a head of more than 10,240 bytes with 431; how AWS words these is not documented.",
  ],
  [
    "http api",
    "Routes, throttling, JWT authorizers, CORS and function URLs as on AWS; no custom domains, no scopes, no other authorizers, access logs go nowhere.",
  ],
  [
    "http api",
    "Routes without settings of their own share one bucket of the stage's. A request counts before its token is looked at, so anonymous ones take their route's turns. AWS documents neither, and calls its throttles a target, not a ceiling.",
  ],
  [
    "http api",
    "A JWT authorizer takes `Bearer` in any case, and keeps keys for two hours, whatever key a token names. Of its words in www-authenticate only those about the audience are documented; a 401 without a token says `Bearer` alone.",
  ],
  [
    "cognito",
    "A local issuer signs tokens with Cognito's claims, for whomever it is told of. There is no user pool API.",
  ],
];
