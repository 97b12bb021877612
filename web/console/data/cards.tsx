import type { ComponentChildren } from "preact";
import { CopyLine } from "../parts/copy-line.tsx";
import { Attributes } from "./attributes.tsx";
import type { Standing } from "./fold.ts";
import type { Answer, Change } from "./told.ts";

/** Which rows are pointed at, and how one points at another. */
export type Pointing = {
  together: ReadonlySet<string>;
  /** Rows that are shown with all their attributes, for they belong together with the one that was pinned. */
  open: ReadonlySet<string>;
  pinned: string | undefined;
  /** All attributes of all rows are shown. */
  all: boolean;
  point: (id: string | undefined) => void;
  pin: (id: string) => void;
};

const did = { put: "+ put", changed: "~ changed", deleted: "− deleted" } as const;

type CardProps = {
  title: ComponentChildren;
  note?: ComponentChildren;
  standing: Standing;
  pointing: Pointing;
  /** The attributes that are shown, and what of them was changed. */
  of: Record<string, unknown>;
  changes: readonly Change[];
};

/** A card that can be pointed at; what belongs together with it is marked in the other columns. */
const Card = ({ title, note, standing, pointing, of, changes }: CardProps) => {
  const { together, open, pinned, all, point, pin } = pointing;
  const { id } = standing.row;
  const isTogether = together.has(id);
  const names = [
    "row-card",
    isTogether && "is-together",
    standing.did && `is-changed is-${standing.did}`,
  ];
  return (
    <article
      class={names.filter(Boolean).join(" ")}
      data-row={id}
      onMouseEnter={() => point(id)}
      onMouseLeave={() => point(undefined)}
    >
      <header>
        <button
          type="button"
          class="plain"
          aria-pressed={pinned === id}
          onClick={() => pin(id)}
          onFocus={() => point(id)}
          onBlur={() => point(undefined)}
        >
          {isTogether && (
            <span class="together" title="Belongs to what is pointed at">
              ⇄{" "}
            </span>
          )}
          {title}
        </button>
        {standing.did && <span class={`did ${standing.did}`}>{did[standing.did]}</span>}
      </header>
      {note && <p class="quiet note">{note}</p>}
      <Attributes
        of={of}
        changes={changes}
        all={all || standing.did === "put" || open.has(id)}
        isWhole={standing.did === "put" || standing.did === "deleted"}
      />
    </article>
  );
};

const sharedNote = ({ row, moved }: Standing) =>
  row.shared
    ? `of other orders, too${moved ? "; one of them has changed it since" : ""}`
    : undefined;

/** A row as DynamoDB keeps it. */
export const RawCard = ({ standing, pointing }: { standing: Standing; pointing: Pointing }) => {
  const { row, version, raw } = standing;
  const { pk: _, sk: __, ...rest } = version.raw;
  return (
    <Card
      standing={standing}
      pointing={pointing}
      title={
        <code class="row-key">
          <span>{row.pk}</span>
          <span>{row.sk}</span>
        </code>
      }
      note={sharedNote(standing)}
      of={rest}
      // The keys stand in the title.
      changes={raw.filter(({ path }) => path !== "pk" && path !== "sk")}
    />
  );
};

/** A row as the code knows it. */
export const EntityCard = ({ standing, pointing }: { standing: Standing; pointing: Pointing }) => {
  const { version, entity } = standing;
  const { name, by, file, attributes } = version.entity;
  return (
    <Card
      standing={standing}
      pointing={pointing}
      title={
        <>
          <strong>{name}</strong>{" "}
          <span class="quiet">{by === "ElectroDB" ? "by ElectroDB" : ""}</span>
        </>
      }
      note={
        file && (
          <code class="file" title={file}>
            {file}
          </code>
        )
      }
      of={attributes}
      changes={entity}
    />
  );
};

/** What an order view's attributes "status_1", "status_2" are, where names are such. */
export const statusNote = (names: readonly string[]): string | undefined =>
  names.some((name) => /^status_\d+$/.test(name))
    ? "status_N is what the event of the order's version N said of its status: the highest N counts, in whatever order events came"
    : undefined;

/** A row of a read model: its keys tell in which lists it stands. */
export const ViewCard = ({ standing, pointing }: { standing: Standing; pointing: Pointing }) => {
  const { row, version, raw } = standing;
  const list = version.raw.gsi1pk;
  const notes = [
    version.entity.file,
    list !== undefined && `also in the index byCustomer, in the list ${list}`,
    statusNote(Object.keys(version.raw)),
    sharedNote(standing),
  ].filter(Boolean);
  return (
    <Card
      standing={standing}
      pointing={pointing}
      title={
        <>
          <strong>{version.entity.name}</strong>{" "}
          <code class="row-key">
            <span>{row.pk}</span>
            <span>{row.sk}</span>
          </code>
        </>
      }
      note={notes.join("; ")}
      of={version.raw}
      changes={raw}
    />
  );
};

/** What the customer is answered. */
export const AnswerCard = ({
  path,
  line,
  answer,
  changes,
  all,
}: {
  path: string;
  line: string;
  answer: Answer | undefined;
  changes: readonly Change[];
  all: boolean;
}) => (
  <article class={changes.length > 0 ? "row-card answer is-changed" : "row-card answer"}>
    <header>
      <strong>{path}</strong>
      <CopyLine small line={line} />
    </header>
    <p class="quiet note">
      {answer
        ? `answered from ${answer.from}${answer.from === "the view" ? "" : ": the view has not heard of it yet"}`
        : "There is no such order yet: 404."}
    </p>
    {answer && <Attributes of={answer.body} changes={changes} all={all || changes.length === 0} />}
  </article>
);
