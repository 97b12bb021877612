import { render } from "preact";

const page = document.getElementById("app");
if (page) render(<main>Pet Store</main>, page);
