import { useSignal } from "@preact/signals";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { command } from "../state.ts";
import { shopLine } from "../terminal.ts";
import { cards, robot } from "./looked-at.ts";

const refusals = (refused: Record<string, number>) =>
  Object.entries(refused)
    .map(([why, count]) => `, ${count} answered ${why}`)
    .join("");

/** A customer who never sleeps. */
export const RobotPanel = () => {
  const rate = useSignal(5);
  const mix = useSignal("mixed");
  const state = robot.value.value.robot;
  const line = `robot ${rate.value}/s ${mix.value} for 1m`;
  const say = async (words: string) => {
    await command(words);
    await robot.look();
  };
  return (
    <div class="robot">
      <header>
        <h2>Order robot</h2>
        <CopyLine small line={shopLine(line)} />
      </header>
      <p class="robot-wish">
        <label>
          <span class="visually-hidden">Orders a second</span>
          <input
            type="range"
            min="1"
            max="50"
            value={rate.value}
            onInput={(event) => {
              rate.value = Number(event.currentTarget.value);
            }}
          />
        </label>
        <output>{rate.value}/s</output>
        <select
          aria-label="Mix of orders"
          value={mix.value}
          onChange={(event) => {
            mix.value = event.currentTarget.value;
          }}
        >
          {cards.value.value.mixes.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {state?.running ? (
          <Act class="danger" onClick={() => say("robot stop")}>
            Stop
          </Act>
        ) : (
          <Act class="primary" onClick={() => say(line)}>
            Start
          </Act>
        )}
      </p>
      <p class="quiet">
        {state
          ? `${state.running ? "▶ Orders" : "■ Stopped"}: ${state.sent} of ${state.most} sent, ${state.taken} taken${refusals(state.refused)}.`
          : "Orders as all customers, for a minute, and stops by itself."}
      </p>
    </div>
  );
};
