import { serve } from "../serve.ts";
import type { Case } from "./cases.ts";
import { type CaseRan, runCase } from "./run-case.ts";

serve<Case, CaseRan>(runCase);
