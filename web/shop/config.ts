/** An account that one may be, on this machine. */
export type Account = { name: string; fullName: string; groups: string[] };

/** Where the shop runs: on this machine one picks a customer, on a stage one signs in with its user pool. */
export type Config = { api: string } & (
  | { accounts: Account[] }
  | { signIn: { domain: string; client: string } }
);

/** Reads what stands beside the page: `config.json` is written by the machine's shop, or at a deployment. */
export const readConfig = async (): Promise<Config> => {
  const answer = await fetch(`${import.meta.env.BASE_URL}config.json`);
  if (!answer.ok) throw new Error(`config.json answers ${answer.status}.`);
  return await answer.json();
};
