import { useSignal } from "@preact/signals";
import { Act } from "../parts/act.tsx";
import "../saga/saga.css";
import { useEffect, useMemo } from "preact/hooks";
import { ask, Refusal, sentenceOf } from "../ask.ts";
import { hear, onRestart } from "../live.ts";
import { useSize } from "../map/use-size.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { CopyLine } from "../parts/copy-line.tsx";
import { base, go, parts } from "../route.ts";
import { DrawnLadder } from "../saga/drawn-ladder.tsx";
import { aboutOf, type HistoryEvent, momentOf, standingsOf, takenWays } from "../saga/history.ts";
import { type Definition, ladderOf } from "../saga/ladder.ts";
import { attempt, say, thingById } from "../state.ts";
import { awsLine } from "../terminal.ts";
import { shortTime, tail, timeOfDay } from "../words.ts";

type Execution = { name: string; status: string; startDate: number | string };
type Saga = { id: string; arn: string; definition: Definition; executions: Execution[] };
type Run = {
  executionArn: string;
  status: string;
  error?: string;
  cause?: string;
  events: HistoryEvent[];
};

/** So often at most the history is read again, in milliseconds. */
const AGAIN_MS = 400;
/** So high is the key below the ladder, in pixels. */
const KEY_HIGH = 36;
const ended = new Set(["FAILED", "ABORTED", "TIMED_OUT"]);
const statusSigns: Record<string, string> = { RUNNING: "▶", SUCCEEDED: "✓" };

/** Reads something now, and again whenever something passed that may have changed it. */
const useRead = <T,>(
  path: string | undefined,
  matters: (who: string | undefined, kind: string) => boolean,
) => {
  const value = useSignal<T | undefined>(undefined);
  const wrong = useSignal<string | undefined>(undefined);
  useEffect(() => {
    value.value = undefined;
    wrong.value = undefined;
    if (path === undefined) return;
    let gone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = oneAtATime(async () => {
      try {
        const fresh = await ask<T>(path);
        if (gone) return;
        value.value = fresh;
        wrong.value = undefined;
      } catch (error) {
        if (gone) return;
        if (error instanceof Refusal) value.value = undefined;
        wrong.value = sentenceOf(error);
      }
    });
    void read();
    const deaf = onRestart(() => void read());
    const stop = hear(({ passed }) => {
      if (timer !== undefined || !passed.some(({ who, kind }) => matters(who, kind))) return;
      timer = setTimeout(() => {
        timer = undefined;
        void read();
      }, AGAIN_MS);
    });
    return () => {
      gone = true;
      clearTimeout(timer);
      deaf();
      stop();
    };
  }, [path]);
  return { value, wrong };
};

const Runs = ({ saga, chosen }: { saga: Saga; chosen: string | undefined }) => (
  <ul class="runs" aria-label="Executions, the newest first">
    {saga.executions.length === 0 && <li class="nothing">No execution yet: place an order.</li>}
    {saga.executions.map(({ name, status, startDate }) => (
      <li key={name}>
        <a
          href={`${base}saga/${saga.id}/${encodeURIComponent(name)}`}
          aria-current={name === chosen ? "true" : undefined}
          title={name}
        >
          <span class={`run-status ${status.toLowerCase()}`}>{statusSigns[status] ?? "▲"}</span>
          <span>{tail(name)}</span>
          <span class="quiet">{status === "SUCCEEDED" ? "" : status}</span>
          <time>{shortTime(momentOf(startDate))}</time>
        </a>
      </li>
    ))}
  </ul>
);

const History = ({ run }: { run: Run }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls it with the keyboard
  <ol class="history" aria-label="History, in AWS's terms" tabIndex={0}>
    {run.events.map((event) => (
      <li
        key={event.id}
        class={/(Failed|TimedOut|Aborted)$/.test(event.type) ? "failed" : undefined}
      >
        <span class="quiet">{event.id}</span>
        <span>
          <strong>{event.type}</strong> <span class="quiet">{aboutOf(event)}</span>
        </span>
        <time>{timeOfDay(momentOf(event.timestamp))}</time>
      </li>
    ))}
  </ol>
);

/** Screen 3: the deployed state machine, as a ladder, and an execution of it. */
export const SagaScreen = () => {
  const [, name, execution] = parts.value;
  const sagas = [...thingById.value.values()].filter(({ kind }) => kind === "saga");
  const first = sagas[0]?.id;
  useEffect(() => {
    if (!name && first) go(`saga/${first}`, { replace: true });
  }, [name, first]);
  const isSaga = (who: string | undefined, kind: string) =>
    who === name && kind.startsWith("states.");
  const saga = useRead<Saga>(name && `sagas/${name}`, isSaga);
  const chosen = execution ?? saga.value.value?.executions[0]?.name;
  const run = useRead<Run>(
    name && chosen ? `sagas/${name}/${encodeURIComponent(chosen)}` : undefined,
    (who, kind) => isSaga(who, kind) || kind === "invocation-ended",
  );
  const { ref, wide, high } = useSize();
  const definition = saga.value.value?.definition;
  const ladder = useMemo(
    () => (definition ? ladderOf(definition) : undefined),
    [definition && JSON.stringify(definition)],
  );
  const ran = run.value.value;
  const redriveLine = awsLine(
    `stepfunctions redrive-execution --execution-arn ${ran?.executionArn}`,
  );
  const redrive = () =>
    attempt(async () => {
      await ask(`sagas/${name}/${encodeURIComponent(chosen ?? "")}/redrive`, { body: {} });
      say({
        text: "Redriven: the execution goes on from the state that failed.",
        line: redriveLine,
      });
    });
  return (
    <section class="saga-screen">
      <h1 class="visually-hidden">Saga</h1>
      <div class="saga-side">
        <nav class="saga-names" aria-label="State machines">
          {sagas.map(({ id }) => (
            <a key={id} href={`${base}saga/${id}`} aria-current={id === name ? "page" : undefined}>
              {id}
            </a>
          ))}
        </nav>
        {saga.wrong.value && <p class="nothing">{saga.wrong.value}</p>}
        {saga.value.value && <Runs saga={saga.value.value} chosen={chosen} />}
      </div>
      <div class="ladder-box" ref={ref}>
        {ladder && wide > 0 && (
          <DrawnLadder
            ladder={ladder}
            standings={standingsOf(ran?.events ?? [])}
            taken={takenWays(ran?.events ?? [])}
            wide={wide}
            high={high - KEY_HIGH}
          />
        )}
        <p class="ladder-key">
          <span class="key step">steps, downwards</span>{" "}
          <span class="key undo">compensations, upwards</span>{" "}
          <span class="key person">a person is called</span>
        </p>
      </div>
      <div class="saga-history">
        {ran && (
          <>
            <header>
              <h2>
                {statusSigns[ran.status] ?? "▲"} {ran.status}
              </h2>
              {ended.has(ran.status) && (
                <>
                  <Act onClick={redrive}>Redrive</Act>
                  <CopyLine small line={redriveLine} />
                </>
              )}
              {chosen?.startsWith("ord_") && <a href={`${base}orders/${chosen}`}>The order</a>}
            </header>
            {ran.error && (
              <p class="wrong-line">
                {ran.error}: {ran.cause}
              </p>
            )}
            <History run={ran} />
            <CopyLine
              line={awsLine(
                `stepfunctions get-execution-history --execution-arn ${ran.executionArn}`,
              )}
            />
          </>
        )}
        {!ran && (
          <>
            <p class="nothing">
              {run.wrong.value ?? "The states are coloured as an order runs through them."}
            </p>
            {run.wrong.value && <a href={`${base}saga/${name}`}>To its newest execution</a>}
          </>
        )}
      </div>
    </section>
  );
};
