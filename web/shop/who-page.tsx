import { inBasket } from "./basket.ts";
import type { Config } from "./config.ts";
import { go } from "./route.ts";
import { become, customer, signIn, signOut } from "./session.ts";

/** Who is shopping: picked on this machine, signed in on a stage. */
export const WhoPage = ({ config }: { config: Config }) => {
  const who = customer.value;
  const next = () => go(inBasket.value > 0 ? "/basket" : "/");
  return (
    <main class="narrow">
      <h1 tabIndex={-1}>{who ? `You are ${who.fullName}` : "Who are you?"}</h1>
      {"accounts" in config ? (
        <>
          <p class="quiet">On this machine there are no passwords: pick somebody.</p>
          <ul class="people">
            {config.accounts.map((account) => (
              <li key={account.name}>
                <button
                  type="button"
                  aria-pressed={who?.name === account.name}
                  onClick={() => {
                    become(account);
                    next();
                  }}
                >
                  <span class="initial" aria-hidden="true">
                    {account.fullName[0]}
                  </span>
                  {account.fullName}
                  <small>{account.groups.includes("admin") ? "Administrator" : "Customer"}</small>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        !who && (
          <button type="button" class="button" onClick={() => void signIn()}>
            Sign in, or sign up
          </button>
        )
      )}
      {who && (
        <p>
          <button type="button" class="plain" onClick={signOut}>
            Be nobody again
          </button>
        </p>
      )}
    </main>
  );
};
