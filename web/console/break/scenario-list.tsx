import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { onRestart } from "../live.ts";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { command } from "../state.ts";
import { shopLine } from "../terminal.ts";
import { scenarios } from "./looked-at.ts";

/** Faults and orders that are arranged with one click, each with where to look. */
export const ScenarioList = () => {
  const begun = useSignal<string | undefined>(undefined);
  useEffect(
    () =>
      onRestart(() => {
        begun.value = undefined;
      }),
    [begun],
  );
  const begin = (name: string) => {
    begun.value = name;
    void command(`scenario ${name}`);
  };
  return (
    <div class="break-column side left">
      <header>
        <h2>Scenarios</h2>
      </header>
      {scenarios.wrong.value && <p class="nothing">{scenarios.wrong.value}</p>}
      <ul class="scenarios break-scroll">
        {scenarios.value.value.scenarios.map(({ name, hypothesis, look }) => (
          <li key={name} class={begun.value === name ? "begun" : undefined}>
            <Act class="plain" onClick={() => begin(name)}>
              <strong>
                <span aria-hidden="true">▶ </span>
                {name}
              </strong>
              <span class="quiet">{hypothesis}</span>
            </Act>
            <CopyLine small line={shopLine(`scenario ${name}`)} />
            {begun.value === name && <p class="scenario-look">{look}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
};
