import { useState } from "preact/hooks";

type CopyLineProps = { line: string; small?: boolean; says?: string };

/** The line that does the same in a terminal, or another text that `says` names, to be copied. */
export const CopyLine = ({ line, small = false, says = "Copy as a command" }: CopyLineProps) => {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      // Where the browser does not let it be copied, it can still be selected.
    }
  };
  return (
    <button type="button" class={small ? "copy small" : "copy"} onClick={copy} title={line}>
      <svg viewBox="0 0 16 16" width="16" height="16" class="copy-sign" aria-hidden="true">
        <path d={copied ? "M3 8.5 6.5 12 13 4.5" : "M5.5 5.5H13v8H5.5zM3 10.5v-8h7.5"} />
      </svg>
      {small ? (
        <span class="visually-hidden">{copied ? "Copied" : `${says}: ${line}`}</span>
      ) : (
        <code>{line}</code>
      )}
    </button>
  );
};
