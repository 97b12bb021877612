/** A route key of an HTTP API: "POST /things/{thingId}/cancel", "ANY /{proxy+}" or "$default". */
export type RouteKey = string;

/** A route that fits a request, with what its path parameters are. */
export type RouteMatch = { routeKey: RouteKey; pathParameters?: Record<string, string> };

type Segment = { greedy: boolean; name?: string; text: string };

const parseSegments = (path: string): Segment[] =>
  path.split("/").map((text) => {
    const [, name, greedy] = /^\{([\w.-]+)(\+)?\}$/.exec(text) ?? [];
    return { text, greedy: greedy === "+", ...(name && { name }) };
  });

const valuesOf = (segments: Segment[], path: string): Record<string, string> | undefined => {
  const parts = path.split("/");
  const values: Record<string, string> = {};
  for (const [index, { name, greedy, text }] of segments.entries()) {
    const part = parts[index];
    if (greedy && name) {
      const rest = parts.slice(index).join("/");
      return rest === "" ? undefined : { ...values, [name]: rest };
    }
    if (part === undefined) return undefined;
    if (name === undefined) {
      if (part !== text) return undefined;
    } else {
      if (part === "") return undefined;
      values[name] = part;
    }
  }
  return parts.length === segments.length ? values : undefined;
};

/** A literal segment beats a variable, a variable beats a greedy one; a method beats ANY; all beat $default. */
const rank = (method: string, segments: Segment[]) =>
  segments.map(({ name, greedy }) => (greedy ? "2" : name ? "1" : "0")).join("") +
  (method === "ANY" ? "1" : "0");

/** Chooses the route as API Gateway does: the most specific that fits a path, whose escapes it has read before. */
export const routeTable = (routeKeys: RouteKey[]) => {
  const table = routeKeys
    .filter((key) => key !== "$default")
    .map((routeKey) => {
      const [method = "", path = ""] = routeKey.split(" ");
      const segments = parseSegments(path);
      return { routeKey, method, segments, rank: rank(method, segments) };
    })
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  const fallback = routeKeys.includes("$default");

  return (method: string, path: string): RouteMatch | undefined => {
    for (const route of table) {
      if (route.method !== "ANY" && route.method !== method) continue;
      const values = valuesOf(route.segments, path);
      if (!values) continue;
      return Object.keys(values).length > 0
        ? { routeKey: route.routeKey, pathParameters: values }
        : { routeKey: route.routeKey };
    }
    return fallback ? { routeKey: "$default" } : undefined;
  };
};
