import type { Cost } from "./story.ts";

const dollars = (amount: number) => `$${amount.toFixed(amount < 10 ? 2 : 0)}`;
const count = (amount: number) => String(Math.round(amount * 10) / 10);

/** What an order cost, hop by hop, at AWS's list prices. */
export const Costs = ({ cost }: { cost: Cost }) => {
  const most = Math.max(1, ...cost.parts.map((part) => part.dollars));
  return (
    <section class="costs">
      <p>
        <strong>{dollars(cost.dollars)}</strong> for a million such orders: {count(cost.writeCalls)}{" "}
        write calls on the command side, {count(cost.writeUnits)} write units, {count(cost.reads)}{" "}
        reads, {count(cost.transitions)} state transitions.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Hop</th>
            <th scope="col" class="number">
              Calls
            </th>
            <th scope="col" class="number">
              A million
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.parts.map(({ hop, calls, dollars: amount }) => (
            <tr key={hop}>
              <th scope="row">
                {hop}
                <span class="share" style={{ width: `${(amount / most) * 100}%` }} />
              </th>
              <td class="number">{count(calls)}</td>
              <td class="number">{dollars(amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">
        List prices in us-east-1, e-mail apart ($100 a million). What a batch did for several orders
        is shared among them.
      </p>
    </section>
  );
};
