import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What the system tells of a process in a file of /proc (Linux). */
const told = (path: string): string | undefined => {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return undefined;
  }
};

/** What a process takes of the memory, in MB; undefined where the system does not tell. */
export const residentMb = (pid: number | undefined): number | undefined => {
  const [, kb] = /VmRSS:\s+(\d+) kB/.exec(told(`${pid}/status`) ?? "") ?? [];
  return kb ? Number(kb) / 1024 : undefined;
};

const engines = "main thread: HTTP, IAM, engines";
const functions = "threads of the functions";
const helpers = "collecting garbage, compiling";

/** CPU that the threads of a process took so far, in ms. */
export const cpuOf = (pid: number | undefined): Map<string, number> => {
  const taken = new Map<string, number>();
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [, name = "", rest = ""] =
        /\((.*)\) (.*)/.exec(told(`${pid}/task/${thread}/stat`) ?? "") ?? [];
      const [user, system] = rest.split(" ").slice(11, 13).map(Number);
      const who =
        thread === String(pid) ? engines : name.startsWith("functions") ? functions : helpers;
      // The system counts in hundredths of a second.
      taken.set(who, (taken.get(who) ?? 0) + 10 * ((user ?? 0) + (system ?? 0)));
    }
  } catch {
    // Not Linux.
  }
  return taken;
};

/** The cores that this process may run on; none where the system does not tell. */
export const coresOf = (): number[] => {
  const [, list = ""] = /Cpus_allowed_list:\s+(\S+)/.exec(told("self/status") ?? "") ?? [];
  return list.split(",").flatMap((range) => {
    const [from, to = from] = range.split("-").map(Number);
    if (range === "" || from === undefined || to === undefined) return [];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
};

/** Lets a process, with all its threads, run on these cores only. Answers whether that could be done. */
export const pinTo = (pid: number | undefined, cores: number[]): boolean => {
  try {
    execFileSync("taskset", ["-acp", cores.join(","), String(pid)], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
