import { ulid } from "ulid";

const chance = () => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32;

/** A sortable unique id (https://github.com/ulid/spec), from this moment and the platform's secure random source. */
export const newUlid = (): string => ulid(Date.now(), chance);
