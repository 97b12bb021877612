import { relative } from "node:path";

/** What vitest's reporter `json` writes, as far as it is read here. Times in ms. */
export type TestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; startTime: number; endTime: number }[];
};

/** The ten files of tests that took longest, as lines to print, the longest first. */
export const slowest = (reports: TestReport[], root: string): string[] =>
  reports
    .flatMap(({ testResults }) => testResults)
    .map(({ name, startTime, endTime }) => ({ name, seconds: (endTime - startTime) / 1000 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 10)
    .map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${relative(root, name)}`);
