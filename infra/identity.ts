import { welcomeCustomer } from "./notifications.ts";
import { trigger } from "./patterns/trigger.ts";
import { shopSite } from "./shop-site.ts";
import { production } from "./stage.ts";
import "./patterns/link.ts";

/** How the shop's page signs in, where there is one: an authorization code with PKCE, back to the page and nowhere else. */
const signIn = shopSite
  ? {
      allowedOauthFlowsUserPoolClient: true,
      allowedOauthFlows: ["code"],
      allowedOauthScopes: ["openid", "email"],
      callbackUrls: [$interpolate`${shopSite.origin}/`],
      supportedIdentityProviders: ["COGNITO"],
    }
  : {
      allowedOauthFlowsUserPoolClient: false,
      allowedOauthFlows: [],
      allowedOauthScopes: [],
      callbackUrls: [],
    };

const pool = new sst.aws.CognitoUserPool(
  "Customers",
  {
    usernames: ["email"],
    transform: {
      userPool: {
        deletionProtection: production ? "ACTIVE" : "INACTIVE",
        passwordPolicy: {
          minimumLength: 12,
          requireLowercase: false,
          requireNumbers: false,
          requireSymbols: false,
          requireUppercase: false,
        },
        lambdaConfig: { postConfirmation: welcomeCustomer.arn },
        tags: { context: "platform" },
      },
    },
  },
  // SST keeps the tables of a production whose definition goes, but no user pool.
  { retainOnDelete: production },
);

trigger("WelcomeCustomerPermission", welcomeCustomer, pool.nodes.userPool.arn);

/** What the shop is to the user pool. */
export const client = pool.addClient("Shop", {
  transform: {
    client: {
      explicitAuthFlows: [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
      preventUserExistenceErrors: "ENABLED",
      ...signIn,
      accessTokenValidity: 1,
      idTokenValidity: 1,
      tokenValidityUnits: { accessToken: "hours", idToken: "hours", refreshToken: "days" },
      refreshTokenValidity: 1,
    },
  },
});

/** A name of this kind is one's own in the whole region, of all accounts. */
const domain =
  shopSite &&
  new aws.cognito.UserPoolDomain("SignIn", {
    domain: $interpolate`${$app.name}-${$app.stage}-${aws.getCallerIdentityOutput().accountId}`,
    userPoolId: pool.id,
  });

/** Where the shop's customers sign in with a browser. */
export const signInDomain =
  domain &&
  $interpolate`https://${domain.domain}.auth.${aws.getRegionOutput().region}.amazoncognito.com`;

new aws.cognito.UserGroup("Administrators", {
  name: "admin",
  userPoolId: pool.id,
  description: "May receive and adjust stock and read reports",
});

/** Whose tokens the APIs accept: the user pool's ID tokens. The emulator puts its own issuer in this place. */
export const issuer = new sst.Linkable("Issuer", {
  properties: {
    url: $interpolate`https://cognito-idp.${aws.getRegionOutput().region}.amazonaws.com/${pool.id}`,
    audience: client.id,
  },
});
