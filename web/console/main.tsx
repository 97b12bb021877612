import { render } from "preact";
import { App } from "./app.tsx";
import { follow } from "./live.ts";
import { accounts, map } from "./state.ts";

const page = document.getElementById("app");
if (page) render(<App />, page);
void map.look();
void accounts.look();
void follow();
