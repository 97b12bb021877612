/** A handler whose code never comes to its end. It takes no core meanwhile, as a loop would. */

Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

export const handler = async () => {};
