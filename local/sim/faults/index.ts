import { burial } from "./burial.ts";
import { clockJump } from "./clock-jump.ts";
import { clockSkew } from "./clock-skew.ts";
import { conflict } from "./conflict.ts";
import { crashAfter } from "./crash-after.ts";
import { crashBefore } from "./crash-before.ts";
import { delay } from "./delay.ts";
import { duplicate } from "./duplicate.ts";
import type { FaultKind } from "./fault.ts";
import { lastWords } from "./last-words.ts";
import { lateAnswer } from "./late-answer.ts";
import { lateDuplicate } from "./late-duplicate.ts";
import { lostAnswer } from "./lost-answer.ts";
import { lostRequest } from "./lost-request.ts";
import { outage } from "./outage.ts";
import { partialBatchFailure } from "./partial-batch-failure.ts";
import { partialBatchRead } from "./partial-batch-read.ts";
import { partialBatchWrite } from "./partial-batch-write.ts";
import { partialPutEvents } from "./partial-put-events.ts";
import { providerRefuses } from "./provider-refuses.ts";
import { providerResets } from "./provider-resets.ts";
import { reorder } from "./reorder.ts";
import { replay } from "./replay.ts";
import { serverError } from "./server-error.ts";
import { throttle } from "./throttle.ts";
import { ttlEarly } from "./ttl-early.ts";
import { ttlLate } from "./ttl-late.ts";
import { webhookLate } from "./webhook-late.ts";
import { webhookLost } from "./webhook-lost.ts";
import { webhookTwice } from "./webhook-twice.ts";
import { zombie } from "./zombie.ts";

/** All kinds of faults, by name. */
export const faultKinds = {
  burial,
  "clock-jump": clockJump,
  "clock-skew": clockSkew,
  conflict,
  "crash-after": crashAfter,
  "crash-before": crashBefore,
  delay,
  duplicate,
  "last-words": lastWords,
  "late-answer": lateAnswer,
  "late-duplicate": lateDuplicate,
  "lost-answer": lostAnswer,
  "lost-request": lostRequest,
  outage,
  "partial-batch-failure": partialBatchFailure,
  "partial-batch-read": partialBatchRead,
  "partial-batch-write": partialBatchWrite,
  "partial-put-events": partialPutEvents,
  "provider-refuses": providerRefuses,
  "provider-resets": providerResets,
  reorder,
  replay,
  "server-error": serverError,
  throttle,
  "ttl-early": ttlEarly,
  "ttl-late": ttlLate,
  "webhook-late": webhookLate,
  "webhook-lost": webhookLost,
  "webhook-twice": webhookTwice,
  zombie,
} as const satisfies Record<string, FaultKind>;

/** The name of a kind of fault. */
export type FaultName = keyof typeof faultKinds;

/** The names of all kinds. */
export const faultNames = Object.keys(faultKinds) as FaultName[];
