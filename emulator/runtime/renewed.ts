// biome-ignore lint/suspicious/noExplicitAny: functions and classes of any library
type Make = (...args: any[]) => any;

/** What libraries make that counts or remembers for whoever uses it, by their names. */
export const keeping: Record<string, string[]> = {
  cockatiel: ["circuitBreaker", "ConsecutiveBreaker"],
  jose: ["createRemoteJWKSet"],
};

/** A module that has all of a library, in which what keeps something can begin anew. */
export const renewedModule = (library: string): string => {
  const names = keeping[library] ?? [];
  const own = names.map((name) => `export const ${name} = renewed(library.${name});`);
  return `import * as library from "${library}";\nexport * from "${library}";\n${own.join("\n")}\n`;
};

/** Forwards all that is done with it to what stands behind it at the moment. */
const standIn = (behind: () => object): object => {
  const target = typeof behind() === "function" ? () => {} : {};
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(behind(), name);
      return typeof value === "function" ? value.bind(behind()) : value;
    },
    set: (_, name, value) => Reflect.set(behind(), name, value),
    has: (_, name) => Reflect.has(behind(), name),
    apply: (_, self, args) => Reflect.apply(behind() as Make, self, args),
  });
};

/**
 * Wraps a function or a class of which each thing that it makes remembers something: when an instance begins a new life, it is
 * made again as it was made first, behind the reference that code has of it.
 */
export const renewing =
  (onRenewal: (begin: () => void) => void) =>
  (make: Make): Make =>
    function (this: unknown, ...args) {
      const fresh = (): object => (new.target ? Reflect.construct(make, args) : make(...args));
      let now = fresh();
      onRenewal(() => {
        now = fresh();
      });
      return standIn(() => now);
    };
