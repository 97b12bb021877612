import type { HttpApi } from "../doors/api-gateway/front.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Graph, Resource } from "./graph.ts";

const ofType = (graph: Graph, type: string) =>
  graph.resources.filter((resource) => resource.type === `aws:apigatewayv2/${type}`);

const functionIn = (integrationUri: string) =>
  /function:([^:/]+)/.exec(integrationUri)?.[1] ?? integrationUri;

/** The graph's HTTP APIs, each with its routes, integrations and stage. Throws CannotStart for what is not emulated. */
export const httpApisOf = (
  graph: Graph,
  account: string,
  domainName: string,
): { resource: Resource; api: HttpApi }[] =>
  ofType(graph, "api:Api").map((resource) => {
    const { name, inputs, outputs } = resource;
    const mine = (other: Resource) => other.inputs.apiId === outputs.id;
    const refuse = (what: string) =>
      new CannotStart(`The emulator does not have ${what} of the API ${name}.`);
    if (inputs.protocolType !== "HTTP") throw refuse(`the protocol ${inputs.protocolType}`);

    const integrations = new Map(
      ofType(graph, "integration:Integration")
        .filter(mine)
        .map((integration) => {
          const { integrationType, payloadFormatVersion, integrationUri, timeoutMilliseconds } =
            integration.inputs;
          if (integrationType !== "AWS_PROXY" || payloadFormatVersion !== "2.0")
            throw refuse(`integration ${integrationType} ${payloadFormatVersion}`);
          return [
            `integrations/${integration.outputs.id}`,
            {
              functionName: functionIn(integrationUri),
              ...(timeoutMilliseconds && { timeout: timeoutMilliseconds }),
            },
          ];
        }),
    );
    const routes = ofType(graph, "route:Route")
      .filter(mine)
      .map((route) => {
        const { routeKey, target, authorizationType = "NONE" } = route.inputs;
        const integration = integrations.get(target);
        if (typeof routeKey !== "string" || !/^(\$default|[A-Z]+ \/.*)$/.test(routeKey))
          throw new CannotStart(`A route of ${name} has no key such as "GET /things".`);
        if (authorizationType !== "NONE") throw refuse(`authorization ${authorizationType}`);
        if (!integration)
          throw new CannotStart(`The route ${routeKey} of ${name} has no integration ${target}.`);
        return { routeKey, ...integration };
      });
    const stage = ofType(graph, "stage:Stage").find(mine);
    if (!stage) throw new CannotStart(`The API ${name} has no stage.`);
    if (stage.inputs.name !== "$default") throw refuse(`the stage ${stage.inputs.name}`);
    const { throttlingRateLimit: rate, throttlingBurstLimit: burst } =
      stage.inputs.defaultRouteSettings ?? {};

    const api: HttpApi = {
      name: inputs.name,
      front: { apiId: outputs.id, accountId: account, domainName, stage: "$default" },
      routes,
      cors: inputs.corsConfiguration,
      throttling: rate > 0 && burst > 0 ? { rate, burst } : undefined,
    };
    return { resource, api };
  });
