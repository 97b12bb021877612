import { curlOf, place, presets } from "../place-order.ts";
import { base } from "../route.ts";
import { RunMenu } from "../runs/run-menu.tsx";
import { runs } from "../runs/state.ts";
import { accounts, calm, faults, presenting, theme, who } from "../state.ts";
import { CopyLine } from "./copy-line.tsx";
import { helpIsOpen } from "./help.tsx";
import { Menu } from "./menu.tsx";
import { OrderFinder } from "./order-finder.tsx";
import { Tabs } from "./tabs.tsx";

const themes: Record<string, { next: string; sign: string; says: string }> = {
  auto: { next: "light", sign: "◐", says: "Colours as the system has them" },
  light: { next: "dark", sign: "☀", says: "Light" },
  dark: { next: "auto", sign: "☾", says: "Dark" },
};

const Who = () => (
  <label class="who">
    <span class="visually-hidden">Who orders</span>
    <select
      value={who.value}
      title="Who orders here"
      onChange={({ currentTarget }) => {
        who.value = currentTarget.value;
      }}
    >
      {accounts.value.value.accounts.map(({ name, fullName, groups }) => (
        <option key={name} value={name}>
          {fullName}
          {groups.includes("admin") ? " (admin)" : ""}
        </option>
      ))}
    </select>
  </label>
);

const PlaceOrder = () => (
  <Menu label="Place an order ▾" title="Place an order (o)" primary>
    {(close) => (
      <ul class="presets">
        {presets.map((preset) => (
          <li key={preset.id}>
            <button
              type="button"
              class="plain"
              onClick={() => {
                close();
                void place(preset);
              }}
            >
              <strong>{preset.label}</strong>
              <span class="quiet">{preset.shows}</span>
            </button>
            <CopyLine small line={curlOf(preset)} />
          </li>
        ))}
      </ul>
    )}
  </Menu>
);

const ActiveFaults = () => {
  const { faults: armed } = faults.value.value;
  if (armed.length === 0) return null;
  return (
    <a class="faults-on" href={`${base}break`} title={armed.map(({ what }) => what).join("; ")}>
      <span aria-hidden="true">▲</span> {armed.length} {armed.length === 1 ? "fault" : "faults"}
    </a>
  );
};

/** What stands above every screen. */
export const TopBar = () => {
  const now = themes[theme.value] ?? { next: "auto", sign: "◐", says: "" };
  return (
    <header class="top">
      <a class="brand" href={`${base}map`} title="Serverless Pet Store">
        <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
          <g fill="currentColor">
            <ellipse cx="6.2" cy="10" rx="2.2" ry="2.9" />
            <ellipse cx="10" cy="5.6" rx="2.1" ry="2.9" />
            <ellipse cx="14.9" cy="5.6" rx="2.1" ry="2.9" />
            <ellipse cx="18.6" cy="10" rx="2.2" ry="2.9" />
            <path d="M12.4 10.6c-3.3 0-6.6 4.4-6.6 7 0 1.9 1.5 2.9 3.2 2.9 1.3 0 2.1-.6 3.4-.6s2.1.6 3.4.6c1.7 0 3.2-1 3.2-2.9 0-2.6-3.3-7-6.6-7z" />
          </g>
        </svg>
        <span>Pet Store</span>
      </a>
      <Tabs />
      <OrderFinder />
      <ActiveFaults />
      {!runs.value.value.recording && (
        <>
          <Who />
          <PlaceOrder />
          <RunMenu />
        </>
      )}
      <div class="signs">
        <button
          type="button"
          class="sign"
          aria-pressed={presenting.value === "yes"}
          title="Presenter: large type, high contrast (p)"
          onClick={() => {
            presenting.value = presenting.value === "yes" ? "no" : "yes";
          }}
        >
          A<small>A</small>
        </button>
        <button
          type="button"
          class="sign"
          title={`${now.says}${calm.value ? "; nothing moves" : ""}. Another: click`}
          aria-label={`Colours: ${now.says}`}
          onClick={() => {
            theme.value = now.next;
          }}
        >
          {now.sign}
        </button>
        <button
          type="button"
          class="sign"
          title="Keys (?)"
          aria-label="Keys"
          onClick={() => {
            helpIsOpen.value = true;
          }}
        >
          ?
        </button>
      </div>
    </header>
  );
};
