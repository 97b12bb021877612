// What a Node process runs that is one execution environment of one bundle, as SST uploads it: it loads the bundle
// and, where it is given an event, invokes its handler.

const [bundle, exported] = process.argv.slice(2);
process.on("message", async ({ event }) => {
  const answer = {};
  try {
    const handler = (await import(bundle))[exported];
    answer.loaded = typeof handler === "function";
    const context = { awsRequestId: "one", getRemainingTimeInMillis: () => 20_000 };
    if (event) answer.result = JSON.stringify(await handler(JSON.parse(event), context)) ?? "null";
  } catch (error) {
    answer.error = { errorType: error.name, errorMessage: error.message, trace: [error.stack] };
  }
  process.send(answer);
});
