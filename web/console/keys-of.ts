/** Whether a key presses what has the focus, as it does a button: Enter or Space. */
export const isPress = (event: KeyboardEvent): boolean => {
  if (event.key !== "Enter" && event.key !== " ") return false;
  // Space would scroll.
  event.preventDefault();
  return true;
};
