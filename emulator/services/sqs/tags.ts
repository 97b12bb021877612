import { isObject } from "../../kernel/json.ts";
import { invalidParameter } from "./messages.ts";

/** Refuses tags that AWS would refuse: more than 50 of a resource, or names and values over their length. */
export const checkTags = (queue: string, tags: Record<string, string>) => {
  if (!isObject(tags)) throw invalidParameter("Tags are a map of text.");
  if (Object.keys(tags).length > 50)
    throw invalidParameter(`Too many tags added for queue ${queue}.`);
  for (const [key, value] of Object.entries(tags))
    if (typeof value !== "string" || key.length < 1 || key.length > 128 || value.length > 256)
      throw invalidParameter(
        `Tag keys must be between 1 and 128 characters in length, and tag values at most 256.`,
      );
};
