import { render } from "preact";
import { App } from "./app.tsx";
import { keepBasket } from "./basket.ts";
import { readConfig } from "./config.ts";
import { resume } from "./place.ts";
import { openSession, where } from "./session.ts";

const page = document.getElementById("app");

const open = async () => {
  if (!page) return;
  try {
    await openSession(await readConfig());
  } catch {
    render(<p class="alone">The shop does not answer. Asking again in a moment.</p>, page);
    setTimeout(open, 2_000);
    return;
  }
  keepBasket();
  render(<App config={where()} />, page);
  resume();
};

void open();
