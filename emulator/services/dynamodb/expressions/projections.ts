import type { Path } from "../conditions.ts";
import { invalid } from "../errors.ts";
import { findingsIn } from "./findings.ts";
import { type PathKind, pathsApart } from "./paths.ts";
import type { Placeholders } from "./placeholders.ts";
import { readProjection } from "./projection-syntax.ts";
import { tokensOf } from "./tokens.ts";

const expression = "ProjectionExpression";

/** Reads a projection expression. Throws AWS's ValidationException. */
export const projectionOf = (text: string, placeholders: Placeholders): Path[] => {
  const findings = findingsIn<"reserved" | "undefined" | PathKind>([
    "reserved",
    "undefined",
    "overlap",
    "conflict",
  ]);
  const apart = pathsApart(findings);
  for (const steps of readProjection(tokensOf(expression, text)))
    apart.add(
      placeholders.path(steps, {
        reserved: (message) => findings.add("reserved", message),
        undefinedName: (message) => findings.add("undefined", message),
      }),
    );
  const worst = findings.worst();
  if (worst) throw invalid(`Invalid ${expression}: ${worst}`);
  return apart.paths;
};
