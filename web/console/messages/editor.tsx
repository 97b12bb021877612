import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { ask, sentenceOf } from "../ask.ts";
import { Act } from "../parts/act.tsx";
import { useFocusBack } from "../parts/focus-back.ts";

type EditorProps = {
  /** The text at first. */
  text: string;
  label: string;
  /** What the button says. */
  does: string;
  /** Sends it. Throws the sentence of a refusal. */
  send: (text: string, anyway: boolean) => Promise<unknown>;
  close: () => void;
  children?: ComponentChildren;
};

/** A text that is edited and sent. What does not fit is refused with a sentence; only then it may be sent anyway. */
export const Editor = ({ text: first, label, does, send, close, children }: EditorProps) => {
  useFocusBack();
  const text = useSignal(first);
  const wrong = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const isMisfit = wrong.value?.startsWith("It does not fit");
  const go = async (anyway: boolean) => {
    busy.value = true;
    try {
      await send(text.value, anyway);
      close();
    } catch (error) {
      wrong.value = sentenceOf(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void go(false);
      }}
    >
      <textarea
        aria-label={label}
        spellcheck={false}
        rows={14}
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value;
          wrong.value = undefined;
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") close();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void go(false);
        }}
      />
      <p class="misfit" role="alert">
        {wrong.value}
      </p>
      <p class="row">
        <Act type="submit" class="primary" disabled={busy.value} title="Ctrl+Enter">
          {does}
        </Act>
        {isMisfit && (
          <Act class="danger" disabled={busy.value} onClick={() => go(true)}>
            Send it anyway
          </Act>
        )}
        <button type="button" onClick={close}>
          Leave it
        </button>
        {children}
      </p>
      {isMisfit && (
        <p class="quiet">
          Sent anyway it is poison: its consumers cannot understand it, and it ends among the dead
          letters with the reason.
        </p>
      )}
    </form>
  );
};

/** Asks, and lets what is refused be thrown. */
export const askFor = <T,>(path: string, body: object): Promise<T> => ask<T>(path, { body });
