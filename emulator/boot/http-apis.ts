import type { HttpApi } from "../doors/api-gateway/front.ts";
import type { JwtConfiguration } from "../doors/api-gateway/jwt-authorizer.ts";
import type { Throttle } from "../doors/api-gateway/throttle.ts";
import { CannotStart } from "../kernel/refusals.ts";
import type { Graph, Resource } from "./graph.ts";
import type { Localiser } from "./localise.ts";

type Inputs = Resource["inputs"];

const ofType = (graph: Graph, type: string) =>
  graph.resources.filter((resource) => resource.type === `aws:apigatewayv2/${type}`);

const functionIn = (integrationUri: string) =>
  /function:([^:/]+)/.exec(integrationUri)?.[1] ?? integrationUri;

/** What an account has, where a stage or a route says only one of the two. */
const ofAccount: Throttle = { rate: 10_000, burst: 5_000 };

const throttleOf = ({ throttlingRateLimit, throttlingBurstLimit }: Inputs = {}) =>
  throttlingRateLimit === undefined && throttlingBurstLimit === undefined
    ? undefined
    : {
        rate: throttlingRateLimit ?? ofAccount.rate,
        burst: throttlingBurstLimit ?? ofAccount.burst,
      };

/** The graph's HTTP APIs, each with its routes, integrations, authorizers and stage. Throws CannotStart for what is not emulated. */
export const httpApisOf = (
  graph: Graph,
  account: string,
  domainName: string,
  localise: Localiser["localise"] = (value) => value,
): { resource: Resource; api: HttpApi }[] =>
  ofType(graph, "api:Api").map((resource) => {
    const { name, inputs, outputs } = resource;
    const mine = (other: Resource) => other.inputs.apiId === outputs.id;
    const refuse = (what: string) =>
      new CannotStart(`The emulator does not have ${what} of the API ${name}.`);
    if (inputs.protocolType !== "HTTP") throw refuse(`the protocol ${inputs.protocolType}`);

    const integrationOf = (integration: Resource) => {
      const { integrationType, payloadFormatVersion, integrationUri, timeoutMilliseconds } =
        integration.inputs;
      if (integrationType !== "AWS_PROXY" || payloadFormatVersion !== "2.0")
        throw refuse(`integration ${integrationType} ${payloadFormatVersion}`);
      return {
        functionName: functionIn(integrationUri),
        ...(timeoutMilliseconds && { timeout: timeoutMilliseconds }),
      };
    };
    const integrations = new Map(
      ofType(graph, "integration:Integration")
        .filter(mine)
        .map((integration) => [
          `integrations/${integration.outputs.id}`,
          integrationOf(integration),
        ]),
    );

    const authorizerOf = (authorizer: Resource): JwtConfiguration => {
      const { authorizerType, identitySources = [], jwtConfiguration } = authorizer.inputs;
      if (authorizerType !== "JWT") throw refuse(`authorizer type ${authorizerType}`);
      const [source, ...others] = identitySources as string[];
      const [, header] = /^\$request\.header\.([\w-]+)$/.exec(source ?? "") ?? [];
      if (!header || others.length > 0) throw refuse(`identity sources ${identitySources}`);
      const { issuer, audiences } = localise(jwtConfiguration);
      return { issuer, audiences, header: header.toLowerCase() };
    };
    const authorizers = new Map(
      ofType(graph, "authorizer:Authorizer")
        .filter(mine)
        .map((authorizer) => [authorizer.outputs.id as string, authorizerOf(authorizer)]),
    );

    const stage = ofType(graph, "stage:Stage").find(mine);
    if (!stage) throw new CannotStart(`The API ${name} has no stage.`);
    if (stage.inputs.name !== "$default") throw refuse(`the stage ${stage.inputs.name}`);
    const { defaultRouteSettings, routeSettings = [] } = stage.inputs;
    const ownSettings = new Map<string, Inputs>(
      routeSettings.map((settings: Inputs) => [settings.routeKey, settings]),
    );

    const routes = ofType(graph, "route:Route")
      .filter(mine)
      .map((route) => {
        const { routeKey, target, authorizationType = "NONE", ...more } = route.inputs;
        const integration = integrations.get(target);
        if (typeof routeKey !== "string" || !/^(\$default|[A-Z]+ \/.*)$/.test(routeKey))
          throw new CannotStart(`A route of ${name} has no key such as "GET /things".`);
        if (!["NONE", "JWT"].includes(authorizationType))
          throw refuse(`authorization ${authorizationType}`);
        if (more.authorizationScopes?.length > 0) throw refuse("scopes in the authorization");
        const authorizer = authorizers.get(more.authorizerId);
        if (authorizationType === "JWT" && !authorizer)
          throw new CannotStart(
            `The route ${routeKey} of ${name} has no authorizer ${more.authorizerId}.`,
          );
        if (!integration)
          throw new CannotStart(`The route ${routeKey} of ${name} has no integration ${target}.`);
        const throttle = throttleOf(ownSettings.get(routeKey));
        return {
          routeKey,
          ...integration,
          ...(authorizer && authorizationType === "JWT" && { authorizer }),
          ...(throttle && { throttle }),
        };
      });
    const without = [...ownSettings.keys()].find(
      (key) => !routes.some(({ routeKey }) => routeKey === key),
    );
    if (without !== undefined)
      throw new CannotStart(
        `Unable to find Route by key ${without} within the provided RouteSettings of ${name}.`,
      );

    const throttle = throttleOf(defaultRouteSettings);
    const api: HttpApi = {
      name: inputs.name,
      front: { apiId: outputs.id, accountId: account, domainName, stage: "$default" },
      routes,
      cors: inputs.corsConfiguration,
      ...(throttle && { throttle }),
    };
    return { resource, api };
  });
