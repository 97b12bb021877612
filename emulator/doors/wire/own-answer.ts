/**
 * What stands on every answer that is the emulator's own and not AWS's: it is what it says it is, runs and loads
 * nothing, is shown in nobody's frame, and tells nobody its address.
 */
export const ownHeaders: Record<string, string> = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
