/** Lets this process run what its parent asks for, one after the other, until the parent has no more. */
export const serve = <Asked, Ran>(run: (asked: Asked) => Promise<Ran>): void => {
  // Whoever began this has gone.
  process.on("disconnect", () => process.exit(0));
  // It is for the terminal's owner to say when all ends.
  process.on("SIGINT", () => {});
  process.on("message", async (asked: Asked) => {
    process.send?.(await run(asked));
  });
  process.send?.("ready");
};
