/**
 * Ways to credentials that the SDK only tries where there are none in the environment. In Lambda there always are, so
 * these are left out of the bundles: a hundred kilobytes of each.
 */
export const neverInLambda = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];
