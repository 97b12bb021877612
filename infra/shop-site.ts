import { named, shopPage } from "./stage.ts";

const tags = { context: "platform" };

/** CloudFront's own policy: files are kept as long as they say, and compressed. */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";

const { region } = aws.getRegionOutput();

/** The page asks the API and the sign-in of the stage's region, and nobody else. */
const policy = $interpolate`default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' https://*.execute-api.${region}.amazonaws.com https://*.auth.${region}.amazoncognito.com; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A private bucket that CloudFront alone reads, and what CloudFront makes of it. */
const makeSite = () => {
  const bucket = new aws.s3.BucketV2("ShopFiles", { forceDestroy: true, tags });
  new aws.s3.BucketPublicAccessBlock("ShopFilesArePrivate", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  const control = new aws.cloudfront.OriginAccessControl("ShopFilesAccess", {
    name: named("shop"),
    originAccessControlOriginType: "s3",
    signingBehavior: "always",
    signingProtocol: "sigv4",
  });
  const headers = new aws.cloudfront.ResponseHeadersPolicy("ShopHeaders", {
    name: named("shop"),
    securityHeadersConfig: {
      contentSecurityPolicy: { contentSecurityPolicy: policy, override: true },
      contentTypeOptions: { override: true },
      referrerPolicy: { referrerPolicy: "no-referrer", override: true },
      strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, override: true },
    },
  });
  const distribution = new aws.cloudfront.Distribution("ShopSite", {
    enabled: true,
    comment: named("shop"),
    defaultRootObject: "index.html",
    priceClass: "PriceClass_100",
    origins: [
      {
        originId: "files",
        domainName: bucket.bucketRegionalDomainName,
        originAccessControlId: control.id,
      },
    ],
    defaultCacheBehavior: {
      targetOriginId: "files",
      viewerProtocolPolicy: "redirect-to-https",
      allowedMethods: ["GET", "HEAD"],
      cachedMethods: ["GET", "HEAD"],
      cachePolicyId: CACHING_OPTIMIZED,
      responseHeadersPolicyId: headers.id,
      compress: true,
    },
    // The address of a view is no file: the page is, and its script shows the view.
    customErrorResponses: [{ errorCode: 403, responseCode: 200, responsePagePath: "/index.html" }],
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: { cloudfrontDefaultCertificate: true },
    tags,
  });
  new aws.s3.BucketPolicy("ShopFilesPolicy", {
    bucket: bucket.id,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudfront.amazonaws.com" },
          Action: "s3:GetObject",
          Resource: $interpolate`${bucket.arn}/*`,
          Condition: { StringEquals: { "AWS:SourceArn": distribution.arn } },
        },
      ],
    }),
  });
  return { bucket: bucket.id, origin: $interpolate`https://${distribution.domainName}` };
};

/** Where a stage serves the shop's page, if it was asked to. */
export const shopSite = shopPage ? makeSite() : undefined;
