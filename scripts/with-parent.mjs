// Runs a command beside its launcher. Once the launcher has gone, however it went, this ends as if it had been told to.
import { pathToFileURL } from "node:url";

process.argv.splice(1, 1);

process.once("disconnect", () => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 5_000).unref();
  process.kill(process.pid, "SIGTERM");
});
process.channel?.unref(); // a command that has nothing more to do ends

await import(pathToFileURL(process.argv[1]).href);
