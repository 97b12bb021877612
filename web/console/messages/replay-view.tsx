import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { looked } from "../looked.ts";
import { Act } from "../parts/act.tsx";
import { CopyLine } from "../parts/copy-line.tsx";
import { timeNow } from "../state.ts";
import { awsLine, shopLine } from "../terminal.ts";
import { timeOfDay } from "../words.ts";
import { act } from "./tell.ts";

type Replay = {
  name: string;
  state: string;
  reason?: string;
  from: number;
  to: number;
  reached?: number;
  began: number;
  ended?: number;
};
type Told = {
  now: number;
  archive: { name: string; arn: string; events: number; since: number };
  bus: string;
  rules: { name: string; arn: string; usual: boolean }[];
  replays: Replay[];
};

const replays = looked<Told>("replays", {
  now: 0,
  archive: { name: "", arn: "", events: 0, since: 0 },
  bus: "",
  rules: [],
  replays: [],
});

const shown = (at: number) => new Date(at).toISOString().slice(0, 19);

/** The line that replays the same in a terminal: a command to the shop has a begin and one projection or all; AWS's has all else. */
const lineOf = (
  { archive, bus, rules }: Told,
  from: string | undefined,
  to: string | undefined,
  wanted: readonly string[],
) => {
  const usual = rules.filter((one) => one.usual).map(({ name }) => name);
  const [only = ""] = wanted;
  const isAll = usual.length === wanted.length && usual.every((name) => wanted.includes(name));
  if (to === undefined && (isAll || (wanted.length === 1 && usual.includes(only))))
    return shopLine(`replay ${from ?? "start"}${isAll ? "" : ` ${only}`}`);
  const arns = rules.filter(({ name }) => wanted.includes(name)).map(({ arn }) => arn);
  const destination = JSON.stringify({ Arn: bus, FilterArns: arns });
  const end = to ?? new Date(timeNow()).toISOString();
  return awsLine(
    `events start-replay --replay-name again-$(date +%s) --event-source-arn ${archive.arn} --event-start-time ${from ?? "1970-01-01T00:00:00Z"} --event-end-time ${end} --destination '${destination}'`,
  );
};

const ReplayLine = ({ replay, since }: { replay: Replay; since: number }) => {
  const { name, state, reason, from, to, reached, ended } = replay;
  const begin = Math.max(from, since);
  const far = state === "COMPLETED" ? 1 : reached ? (reached - begin) / Math.max(1, to - begin) : 0;
  return (
    <li class="message-card">
      <p>
        <strong>{name}</strong> <span class={`status ${state}`}>{state}</span>
      </p>
      <progress max={1} value={far} aria-label={`How far ${name} is`} />
      <p class="quiet">
        {from === 0 ? "From the archive's start" : `From ${shown(from)}`} to {shown(to)}
        {reached !== undefined && `, the last event from ${timeOfDay(reached)}`}
        {ended !== undefined && `, ended at ${timeOfDay(ended)}`}
      </p>
      {reason && <p class="misfit">▲ {reason}</p>}
    </li>
  );
};

/** Replays the archive, or a window of it, and shows the replays that there are. */
export const ReplayView = () => {
  useEffect(() => replays.every(1_000), []);
  const { archive, rules, replays: all } = replays.value.value;
  const from = useSignal("");
  const to = useSignal("");
  const chosen = useSignal<string[] | undefined>(undefined);
  const wanted = chosen.value ?? rules.filter(({ usual }) => usual).map(({ name }) => name);
  const at = (text: string) =>
    text.trim() === "" ? undefined : `${text.trim()}${/Z$/i.test(text.trim()) ? "" : "Z"}`;
  const start = (event: Event) => {
    event.preventDefault();
    void act("replay", { from: at(from.value), to: at(to.value), rules: wanted }).then(
      replays.look,
    );
  };
  return (
    <div class="message-columns">
      <form onSubmit={start} class="replay-form">
        <h2>Replay the archive</h2>
        <p class="quiet">
          {archive.events} events are archived. They come again with their old ids; read models are
          a fold of them, and say the same afterwards.
        </p>
        <label>
          From{" "}
          <input
            type="text"
            placeholder="the archive's start"
            value={from.value}
            onInput={({ currentTarget }) => {
              from.value = currentTarget.value;
            }}
          />
        </label>
        <label>
          To{" "}
          <input
            type="text"
            placeholder="now"
            value={to.value}
            onInput={({ currentTarget }) => {
              to.value = currentTarget.value;
            }}
          />
        </label>
        <p class="row">
          {[60, 600, 3600].map((seconds) => (
            <Act
              key={seconds}
              onClick={() => {
                from.value = shown(timeNow() - seconds * 1000);
                to.value = "";
              }}
            >
              last {seconds / 60} min
            </Act>
          ))}
        </p>
        <fieldset class="rules">
          <legend>To these rules</legend>
          {rules.map(({ name }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={wanted.includes(name)}
                onChange={({ currentTarget }) => {
                  chosen.value = currentTarget.checked
                    ? [...wanted, name]
                    : wanted.filter((one) => one !== name);
                }}
              />{" "}
              {name}
            </label>
          ))}
        </fieldset>
        <Act type="submit" class="primary" disabled={wanted.length === 0}>
          Start the replay
        </Act>
        {wanted.length === 0 ? (
          <p class="nothing">Choose a rule: it decides who hears the events again.</p>
        ) : (
          <CopyLine line={lineOf(replays.value.value, at(from.value), at(to.value), wanted)} />
        )}
      </form>
      <section>
        <h2>Replays</h2>
        {all.length === 0 && (
          <p class="nothing">
            {replays.isKnown() ? "Nothing was replayed yet." : (replays.wrong.value ?? "Looking…")}
          </p>
        )}
        <ul class="message-cards">
          {all.map((one) => (
            <ReplayLine key={one.name} replay={one} since={archive.since} />
          ))}
        </ul>
      </section>
    </div>
  );
};
