/** Why a command was turned down: a stable code for programs, a sentence for people. */
export type Refusal<Code extends string = string> = { code: Code; detail: string };

/** The answer of a decision: a value, or a refusal the caller must handle. Failures are thrown instead. */
export type Result<Value, No extends Refusal = Refusal> =
  | { ok: true; value: Value }
  | { ok: false; refusal: No };

/** Yes, with a value. */
export const ok = <const Value>(value: Value) => ({ ok: true, value }) as const;

/** No, with a code and a sentence. */
export const refuse = <const Code extends string>(code: Code, detail: string) =>
  ({ ok: false, refusal: { code, detail } }) as const;
