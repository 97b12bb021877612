import type { ButtonHTMLAttributes } from "preact";
import { stands } from "../runs/state.ts";

/** A button that does something to the shop. In a recorded run, where nothing happens, it is disabled and says why. */
export const Act = ({
  disabled,
  title,
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled" | "title"> & {
  disabled?: boolean | undefined;
  title?: string | undefined;
}) => (
  <button
    type="button"
    {...rest}
    disabled={!!stands.value || disabled}
    title={stands.value ?? title}
  />
);
