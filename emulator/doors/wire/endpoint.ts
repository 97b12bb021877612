import { AwsError, type Caller, type World } from "../../kernel/engine.ts";
import { decompressed, Unreadable } from "./compression.ts";
import type { KeyRing } from "./credentials.ts";
import type { Dialect } from "./dialects.ts";
import type { WireHandler, WireRequest, WireResponse } from "./message.ts";
import { type Reading, read } from "./reading.ts";
import {
  BadSignature,
  checkScope,
  checkSignature,
  type Signature,
  signatureOf,
} from "./signature.ts";

/** Something of a request, or why it cannot be had: it is said in the words of the service, which are known later. */
const attempt = <T>(get: () => T): { value?: T; failure?: unknown } => {
  try {
    return { value: get() };
  } catch (failure) {
    return { failure };
  }
};

type Signed = Pick<World, "region"> & { keys: KeyRing; now: () => number };

const whoSigned = (
  request: WireRequest,
  signature: Signature | undefined,
  { dialect, signedFor }: Reading,
  { keys, region, now }: Signed,
): Caller => {
  const { unsigned, stranger, status, minutes } = dialect.refusals;
  if (!signature) throw new AwsError(...unsigned, status);
  checkScope(signature, { region, service: signedFor, now: now(), minutes });
  const holder = keys.holderOf(signature.accessKeyId);
  // Keys are for good here: none comes with a token of a session.
  if (!holder || signature.token) throw new AwsError(...stranger, status);
  checkSignature(request, signature, holder.secretAccessKey);
  return holder.caller;
};

/** What is thrown on the way, as an error of AWS's. */
const asAws = (error: unknown, { refusals: { incomplete, wrong, status } }: Dialect) => {
  if (error instanceof AwsError) return error;
  if (error instanceof BadSignature)
    return new AwsError(error.kind === "wrong" ? wrong : incomplete, error.message, status);
  if (error instanceof Unreadable && error.tooLarge)
    return new AwsError("RequestEntityTooLargeException", error.message, 413);
  // DynamoDB was seen to take this for a failure of its own.
  if (error instanceof Unreadable) return new AwsError("InternalServerError", error.message, 500);
  return undefined;
};

/**
 * AWS's wire protocols in front of a cloud: AWS JSON by target, REST-JSON by path, SQS (older clients) and STS by query. A request goes
 * in, a response comes out, whichever way it was carried. `now` is what signatures are dated by: the clock of the
 * machine, as outside clients have it.
 */
export const awsEndpoint = (
  world: Pick<World, "call" | "note" | "region">,
  keys: KeyRing,
  { now = Date.now } = {},
): WireHandler => {
  let count = 0;
  const { region } = world;
  return async (request) => {
    count += 1;
    const requestId = `00000000-0000-4000-8000-${count.toString(16).padStart(12, "0")}`;
    const finish = (response: WireResponse): WireResponse => ({
      ...response,
      headers: { ...response.headers, "x-amzn-requestid": requestId },
    });
    const { value: signature, failure: unsigned } = attempt(() => signatureOf(request));
    const { value: plain, failure: packed } = attempt(() => decompressed(request));
    const reading = read(
      plain ?? { ...request, body: new Uint8Array() },
      signature?.service,
      requestId,
    );
    const { dialect, call } = reading;
    try {
      if (unsigned) throw unsigned;
      const caller = whoSigned(request, signature, reading, { keys, region, now });
      if (packed) throw packed;
      return finish(dialect.answer(await world.call({ ...call(), caller })));
    } catch (error) {
      const known = asAws(error, dialect);
      if (known) return finish(dialect.refuse(known));
      const message = error instanceof Error ? error.message : String(error);
      world.note({ kind: "defect", where: "aws endpoint", message, error, requestId });
      return finish(dialect.refuse(new AwsError("InternalFailure", message, 500)));
    }
  };
};
