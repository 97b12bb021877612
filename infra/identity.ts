import { welcomeCustomer } from "./notifications.ts";
import { trigger } from "./patterns/trigger.ts";
import { production } from "./stage.ts";
import "./patterns/link.ts";

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

const client = pool.addClient("Shop", {
  transform: {
    client: {
      explicitAuthFlows: [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
      ],
      preventUserExistenceErrors: "ENABLED",
      allowedOauthFlowsUserPoolClient: false,
      allowedOauthFlows: [],
      allowedOauthScopes: [],
      callbackUrls: [],
      accessTokenValidity: 1,
      idTokenValidity: 1,
      tokenValidityUnits: { accessToken: "hours", idToken: "hours", refreshToken: "days" },
      refreshTokenValidity: 1,
    },
  },
});

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
