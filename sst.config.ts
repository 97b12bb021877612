/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  async app({ stage }) {
    const { checkStage, isProduction } = await import("./infra/stage-names.ts");
    checkStage(stage);
    const production = isProduction(stage);
    return {
      name: "petstore",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: { aws: { defaultTags: { tags: { project: "petstore", stage } } } },
    };
  },
  async run() {
    const { bus } = await import("./infra/events.ts");
    const { api, allRoutesAreDeclared } = await import("./infra/api.ts");
    const { issuer } = await import("./infra/identity.ts");
    const { listProduct } = await import("./infra/inventory.ts");
    await import("./infra/payment-provider.ts");
    await import("./infra/payments.ts");
    await import("./infra/orders.ts");
    const { registerContact } = await import("./infra/notifications.ts");
    await import("./infra/read-side.ts");
    await import("./infra/reconciliation.ts");
    allRoutesAreDeclared();
    const { shopSite } = await import("./infra/shop-site.ts");
    await import("./infra/shop-page.ts");
    await import("./infra/account.ts");
    const { url, audience } = issuer.properties;
    return {
      stage: $app.stage,
      api: api.url,
      bus: bus.name,
      issuer: url,
      client: audience,
      // What `npm run seed -- --stage` and `npm run try -- --stage` call, by their names on AWS.
      listProduct: listProduct.name,
      registerContact: registerContact.name,
      ...(shopSite && { shop: shopSite.origin }),
      sender: process.env.PETSTORE_SENDER ?? "",
    };
  },
});
