/** A handler whose code never comes to its end. */

for (;;);

export const handler = async () => {};
