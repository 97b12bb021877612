import { base, parts } from "../route.ts";

/** The screens, in the order of their keys. */
export const screens = [
  { id: "map", label: "Map" },
  { id: "orders", label: "Orders" },
  { id: "saga", label: "Saga" },
  { id: "messages", label: "Messages" },
  { id: "data", label: "Data" },
  { id: "break", label: "Break it" },
] as const;

/** The ways to the screens. */
export const Tabs = () => {
  const [here = "map"] = parts.value;
  return (
    <nav class="tabs" aria-label="Screens">
      {screens.map(({ id, label }, i) => (
        <a
          key={id}
          href={`${base}${id}`}
          aria-current={here === id ? "page" : undefined}
          title={`${label} (${i + 1})`}
        >
          {label}
        </a>
      ))}
    </nav>
  );
};
