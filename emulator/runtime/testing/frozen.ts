/** A handler that leaves something to be done later, as none should. It answers when that was done, if it was. */

let done: number | undefined;

export const handler = async () => {
  const before = done;
  setTimeout(() => {
    done = Date.now();
  }, 1000);
  return before;
};
