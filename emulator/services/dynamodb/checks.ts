import { invalid, invalidParameter } from "./errors.ts";
import type { Expressions } from "./expressions/members.ts";
import { type AttributeValue, attribute, type Item, notTheKey, typeOf } from "./items.ts";
import type { KeyPart } from "./keys.ts";
import type { Table, TableSettings } from "./store.ts";
import type { Update } from "./updates.ts";

const kinds: Record<string, string> = { S: "string", B: "binary" };

/** Whether it is an empty text, as no key is. */
export const isEmpty = (value: AttributeValue) => value.S === "" || value.B === "";

const bytesOf = ({ S, B }: AttributeValue) =>
  S === undefined ? Buffer.byteLength(B ?? "", "base64") : Buffer.byteLength(S);

const checkKeySize = (value: AttributeValue, isPartition: boolean) => {
  if (value.N !== undefined) return;
  if (isPartition && bytesOf(value) > 2048)
    throw invalidParameter("Size of hashkey has exceeded the maximum size limit of2048 bytes");
  if (!isPartition && bytesOf(value) > 1024)
    throw invalidParameter(
      "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    );
};

/** Says that a key has no empty text in it. */
export const emptyKey = ({ name, type }: KeyPart) =>
  invalid(
    `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kinds[type]} value. Key: ${name}`,
  );

/** A key is given whole, with nothing else, in the schema's types. */
export const checkKey = (key: Item, parts: readonly KeyPart[]) => {
  const names = Object.keys(key);
  if (names.length !== parts.length) throw notTheKey();
  parts.forEach((part, i) => {
    const value = attribute(key, part.name);
    if (value?.[part.type] === undefined) throw notTheKey();
    if (isEmpty(value)) throw emptyKey(part);
    checkKeySize(value, i === 0);
  });
};

/** Index keys that an item has are of the schema's types, and not empty. */
const checkIndexKeys = ({ indexes }: TableSettings, item: Item) => {
  for (const index of indexes)
    for (const [i, { name, type }] of index.keys.entries()) {
      const value = attribute(item, name);
      if (!value) continue;
      if (value[type] === undefined)
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      if (isEmpty(value))
        throw invalid(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kinds[type]} value. IndexName: ${index.name}, IndexKey: ${name}`,
        );
      checkKeySize(value, i === 0);
    }
};

/** A new item has its key in the schema's types. */
export const checkNewItem = ({ settings }: Table, item: Item) => {
  settings.keys.forEach((part, i) => {
    const value = attribute(item, part.name);
    if (!value) throw invalidParameter(`Missing the key ${part.name} in the item`);
    if (value[part.type] === undefined)
      throw invalidParameter(
        `Type mismatch for key ${part.name} expected: ${part.type} actual: ${typeOf(value)}`,
      );
    if (isEmpty(value)) throw emptyKey(part);
    checkKeySize(value, i === 0);
  });
  checkIndexKeys(settings, item);
};

/** Expressions do not go into key attributes, which are scalars. */
export const checkPaths = ({ settings }: Table, { nested }: Expressions) => {
  if (nested.length === 0) return;
  const within = (name: string) => nested.includes(name);
  const scalar = (what: string) =>
    invalid(
      `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${what}`,
    );
  for (const { name } of settings.keys) if (within(name)) throw scalar(`Key: ${name}`);
  for (const { keys } of settings.indexes)
    for (const { name } of keys) if (within(name)) throw scalar(`IndexKey: ${name}`);
};

/** An update leaves the item's key alone. */
export const checkUpdate = ({ settings }: Table, update: Update | undefined) => {
  for (const { name } of settings.keys)
    if (update?.heads.has(name))
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
};

/** What an update made of an item may be stored. */
export const checkUpdatedItem = ({ settings }: Table, item: Item, update: Update | undefined) => {
  if (!update) return;
  for (const index of settings.indexes)
    for (const [i, { name, type }] of index.keys.entries()) {
      const value = update.heads.has(name) ? attribute(item, name) : undefined;
      if (!value) continue;
      if (value[type] === undefined)
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      if (isEmpty(value))
        throw invalid(
          `One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty ${kinds[type]} value.`,
        );
      checkKeySize(value, i === 0);
    }
};
