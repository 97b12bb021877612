import { type Finding, fine, type Look, without } from "./finding.ts";

const registry = process.env.npm_config_registry ?? "https://registry.npmjs.org/";

/** Whether the npm registry answers within three seconds. Everything that is installed works without it. */
export const online: Look = async (): Promise<Finding> => {
  try {
    await fetch(registry, { method: "HEAD", signal: AbortSignal.timeout(3_000) });
    return fine("The npm registry can be reached.");
  } catch {
    return without(
      "The npm registry cannot be reached: what is installed works offline; nothing more can be installed.",
    );
  }
};
