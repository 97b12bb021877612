import { execFileSync } from "node:child_process";
import { repositoryRoot } from "../repository.ts";

/** The commit that is proved, and whether something was changed since. */
export const commit = (): string => {
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: repositoryRoot, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  try {
    const changed =
      git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? " with changes" : ""}`;
  } catch {
    return "unknown";
  }
};
