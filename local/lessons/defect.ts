import type { Patch } from "emulator/runtime/patch";
import { museum } from "../sim/mutants/museum.ts";

/** The lines of a defect that the simulator has to find, by its name in the museum. Throws where there is none such. */
export const defect = (name: string): readonly Patch[] => {
  const found = museum.find((mutant) => mutant.name === name);
  if (!found?.patches) throw new Error(`The museum has no defect ${name} in code.`);
  return found.patches;
};
