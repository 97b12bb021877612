import { useState } from "preact/hooks";

/** The line that does the same in a terminal, to be copied. */
export const CopyLine = ({ line, small = false }: { line: string; small?: boolean }) => {
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
      <span class="copy-sign" aria-hidden="true">
        {copied ? "✓" : "⧉"}
      </span>
      {small ? (
        <span class="visually-hidden">{copied ? "Copied" : `Copy as a command: ${line}`}</span>
      ) : (
        <code>{line}</code>
      )}
    </button>
  );
};
