import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";

const leadsOut = (path: string) => path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);

/**
 * Why a handler's path is not one of a file inside `root`, symbolic links followed; undefined where it is one. Paths
 * are relative, with slashes on every system, and taken as they are: nothing in them is decoded.
 */
export const handlerPathFault = async (root: string, file: string): Promise<string | undefined> => {
  if (file.includes("\0") || file.includes("\\") || isAbsolute(file) || /^[a-z]:/i.test(file))
    return `${JSON.stringify(file)} is not a relative path with slashes.`;
  const path = resolve(root, file);
  const outside = `${file} leads out of the folder that handlers are in.`;
  if (leadsOut(relative(root, path))) return outside;
  try {
    const real = await realpath(path);
    if (leadsOut(relative(await realpath(root), real))) return outside;
    return (await stat(real)).isFile() ? undefined : `${file} is no file.`;
  } catch {
    return `There is no file ${file}.`;
  }
};
