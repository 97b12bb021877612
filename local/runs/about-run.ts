import type { RecordingHead } from "emulator/recording/recording";

/** What the console says of a recorded run. */
export type AboutRun = RecordingHead & {
  file: string;
  /** Whether this checkout has the graph that the run was made with. */
  sameGraph: boolean;
  /** The version that looks at it. */
  hereVersion: string;
  /** What everybody is told who wants something done here. */
  sentence: string;
};
