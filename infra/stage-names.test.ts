import { expect, it } from "vitest";
import { checkStage, stageRefusal } from "./stage-names.ts";

it("a stage is named in letters, digits and hyphens, 31 of them at most", () => {
  for (const stage of ["ada", "Ada-2", "production", "a".repeat(31)])
    expect(stageRefusal(stage)).toBeUndefined();
  for (const stage of ["", "Äpfel", "x y", "../x", "a_b", "(", "ada\n", "a".repeat(32)]) {
    expect(stageRefusal(stage)).toMatch(/^[^.]*(\.\.\/x)?[^.]*\.$/);
    expect(() => checkStage(stage)).toThrow(stageRefusal(stage));
  }
});
