import { ulid } from "ulid";
import * as z from "zod";

const chance = () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;

/** A sortable unique id (https://github.com/ulid/spec), from this moment and the platform's secure random source. */
export const newUlid = (): string => ulid(Date.now(), chance);

/** An id that says what it names: `ord_01J8…`. The prefix is part of its type. */
export const defineId = <const Prefix extends string>(prefix: Prefix) => {
  const schema = z.templateLiteral([`${prefix}_`, z.ulid()]);
  const create = () => `${prefix}_${newUlid()}` as z.infer<typeof schema>;
  return { schema, create };
};
