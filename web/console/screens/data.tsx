import { OrderDataView } from "../data/order-data-view.tsx";
import "../data/data.css";
import { OrderChoice } from "../data/order-choice.tsx";
import { RebuildView } from "../data/rebuild-view.tsx";
import { TableView } from "../data/table-view.tsx";
import { base, parts } from "../route.ts";

const Chosen = ({ view, id }: { view: string; id: string | undefined }) => {
  if (view === "tables") return <TableView key={id} id={id} />;
  if (view === "rebuild") return <RebuildView />;
  return view ? <OrderDataView key={view} orderId={view} /> : <OrderChoice />;
};

/** Screen 5: an order's rows beside its entities and its read model, whole tables, and read models that are made anew. */
export const DataScreen = () => {
  const [, view = "", id] = parts.value;
  const here = view === "tables" || view === "rebuild" ? view : "";
  return (
    <section class="data-screen">
      <h1 class="visually-hidden">Data</h1>
      <nav class="saga-names" aria-label="Views of data">
        {[
          { to: "", label: "An order" },
          { to: "tables", label: "A table" },
          { to: "rebuild", label: "Rebuild a read model" },
        ].map(({ to, label }) => (
          <a
            key={to}
            href={`${base}data${to && `/${to}`}`}
            aria-current={here === to ? "page" : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <Chosen view={view} id={id} />
    </section>
  );
};
