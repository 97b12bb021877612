import type { Shop } from "./shop.ts";

/** A secret that the shop shares with its payment provider. Who accepts it also reads the one of before, `Previous…`. */
export type SharedSecret = "ProviderApiKey" | "WebhookSecret";

const configurationOf = async ({ call, nameOf }: Shop, name: string) => {
  const FunctionName = nameOf(name);
  const { Environment } = await call("lambda", "GetFunctionConfiguration", { FunctionName });
  const { SST_RESOURCES_JSON, ...others } = Environment.Variables as Record<string, string>;
  return { FunctionName, others, resources: JSON.parse(SST_RESOURCES_JSON ?? "{}") };
};

/** Deploys other values of secrets to functions. What a function is doing already, it ends with those that it began with. */
export const deploySecrets = async (
  local: Shop,
  functions: readonly string[],
  values: Record<string, string>,
): Promise<void> => {
  for (const name of functions) {
    const { FunctionName, others, resources } = await configurationOf(local, name);
    for (const [secret, value] of Object.entries(values)) {
      if (!resources[secret]) throw new Error(`${name} does not read ${secret}`);
      resources[secret].value = value;
    }
    const Variables = { ...others, SST_RESOURCES_JSON: JSON.stringify(resources) };
    await local.call("lambda", "UpdateFunctionConfiguration", {
      FunctionName,
      Environment: { Variables },
    });
  }
};

const readersOf = ({ graph }: Shop, secret: string): string[] =>
  graph.functions.filter(({ links }) => links[secret]).map(({ name }) => name);

/** Who accepts a secret, and with it the one of before, and who uses it. */
export const sidesOf = (local: Shop, secret: SharedSecret) => {
  const accepting = readersOf(local, `Previous${secret}`);
  const using = readersOf(local, secret).filter((name) => !accepting.includes(name));
  return { accepting, using };
};

/** The value of a secret that is in use now. */
export const secretOf = async (local: Shop, secret: SharedSecret): Promise<string> => {
  const [name = ""] = sidesOf(local, secret).using;
  return (await configurationOf(local, name)).resources[secret].value;
};

/**
 * Rotates a secret in three deployments, as docs/deploy.md says: both are accepted, the new one is used, the old one is not
 * accepted any more. Waits before the last for what the old one was used for.
 */
export const rotate = async (
  local: Shop,
  secret: SharedSecret,
  next: string,
  wait: () => Promise<void>,
): Promise<void> => {
  const { accepting, using } = sidesOf(local, secret);
  const previous = `Previous${secret}`;
  await deploySecrets(local, accepting, {
    [secret]: next,
    [previous]: await secretOf(local, secret),
  });
  await deploySecrets(local, using, { [secret]: next });
  await wait();
  await deploySecrets(local, accepting, { [previous]: "" });
};
