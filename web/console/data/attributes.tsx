import { changesAt, shortly, signOf } from "./fold.ts";
import type { Change } from "./told.ts";

/** What is longer than this is folded. */
const LONG = 90;

const text = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value, null, 1) ?? "");
const brief = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "");

const Value = ({ value }: { value: unknown }) => {
  const line = brief(value);
  if (line.length <= LONG) return <code>{line}</code>;
  return (
    <details class="long">
      <summary>
        <code>{line.slice(0, LONG)}…</code>
      </summary>
      <pre>{text(value)}</pre>
    </details>
  );
};

const signs = { "+": "came", "−": "went", "~": "is another" } as const;

const Changed = ({ name, changes }: { name: string; changes: Change[] }) => (
  <>
    {changes.map(shortly).map((change) => (
      <div key={change.path} class="changed">
        {change.path !== name && <span class="path">{change.path.slice(name.length + 1)}</span>}
        {change.before !== undefined && (
          <del>
            <span class="visually-hidden">before: </span>
            {"− "}
            <Value value={change.before} />
          </del>
        )}
        {change.after !== undefined && (
          <ins>
            <span class="visually-hidden">after: </span>
            {"+ "}
            <Value value={change.after} />
          </ins>
        )}
      </div>
    ))}
  </>
);

/** Attributes with what a step changed of them; only those that changed where `all` is not wanted. */
export const Attributes = ({
  of,
  changes,
  all,
  isWhole = false,
}: {
  of: Record<string, unknown>;
  changes: readonly Change[];
  all: boolean;
  /** The row itself came or went: each attribute did with it, and is marked at the row. */
  isWhole?: boolean;
}) => {
  const names = new Set([
    ...Object.keys(of),
    ...changes.map(({ path }) => path.split(".")[0] ?? path),
  ]);
  return (
    <dl class="attributes">
      {[...names].map((name) => {
        const own = isWhole ? [] : changesAt(changes, name);
        if (own.length === 0 && !all) return null;
        const signed = new Set(own.map(signOf));
        const [only] = signed;
        const sign = signed.size === 1 && own.some(({ path }) => path === name) ? only : "~";
        return (
          <div key={name} class={own.length > 0 ? "attribute is-changed" : "attribute"}>
            <dt>
              {own.length > 0 && sign && (
                <span class="sign" title={signs[sign]}>
                  {sign}
                </span>
              )}
              {name}
            </dt>
            <dd>
              {own.length > 0 ? <Changed name={name} changes={own} /> : <Value value={of[name]} />}
            </dd>
          </div>
        );
      })}
    </dl>
  );
};
