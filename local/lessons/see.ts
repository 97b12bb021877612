import { theShop } from "../running.ts";

/** The address of a screen of the running shop's console; undefined where none runs, or several do. */
export const consoleAddress = async (screen: string): Promise<string | undefined> => {
  try {
    const { api, token } = await theShop();
    return `${api}/console/${screen}?token=${token}`;
  } catch {
    return undefined;
  }
};
