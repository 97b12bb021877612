import type { Change } from "./story.ts";

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** What a write changed: attribute by attribute, what was there and what is. */
export const Difference = ({ changes }: { changes: Change[] }) => (
  <table class="difference">
    <tbody>
      {changes.map(({ path, before, after }) => (
        <tr key={path}>
          <th scope="row">{path}</th>
          <td>
            {before !== undefined && (
              <del>
                <span class="visually-hidden">before: </span>− {shown(before)}
              </del>
            )}
            {after !== undefined && (
              <ins>
                <span class="visually-hidden">after: </span>+ {shown(after)}
              </ins>
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
