/** An error as jsonata throws it. */
export const refuse = (code: string, message: string) =>
  Object.assign(new Error(message), { code });
