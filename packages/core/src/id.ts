import * as z from "zod";
import { newUlid } from "./ulid.ts";

/** An id that says what it names: `ord_01J8…`. The prefix is part of its type. */
export const defineId = <const Prefix extends string>(prefix: Prefix) => {
  const schema = z.templateLiteral([`${prefix}_`, z.ulid()], `must be an id (${prefix}_…)`);
  const create = () => `${prefix}_${newUlid()}` as z.infer<typeof schema>;
  return { schema, create };
};
