/**
 * Whether a stage has to declare a sender's identity: when the account has none yet, and for ever when it was this stage that
 * made it, for what a program no longer declares is deleted. SST's tags on it say who did.
 */
export const identityIsOurs = (
  found: { tags: Record<string, string> } | undefined,
  { name, stage }: { name: string; stage: string },
): boolean => !found || (found.tags.project === name && found.tags.stage === stage);
