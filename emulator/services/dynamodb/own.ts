/** Sets a member by its own name, also when it is called `__proto__`: assigning that would set the prototype. */
export const setOwn = <T>(map: Record<string | number, T>, name: string | number, value: T) => {
  if (name === "__proto__")
    Object.defineProperty(map, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  else map[name] = value;
};

/** The member of that name, unless it is one that every object inherits, as `constructor`. */
export const ownOf = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;
