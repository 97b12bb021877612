/// <reference path="./.sst/platform/config.d.ts" />

export default $config({
  app: ({ stage }) => ({
    name: "petstore",
    home: "aws",
    removal: stage === "production" ? "retain" : "remove",
    protect: stage === "production",
    providers: { aws: { defaultTags: { tags: { project: "petstore", stage } } } },
  }),
  async run() {
    const { bus } = await import("./infra/events.ts");
    const { api } = await import("./infra/api.ts");
    const { issuer } = await import("./infra/identity.ts");
    await import("./infra/inventory.ts");
    await import("./infra/payment-provider.ts");
    await import("./infra/payments.ts");
    await import("./infra/orders.ts");
    await import("./infra/notifications.ts");
    await import("./infra/read-side.ts");
    await import("./infra/account.ts");
    const { url, audience } = issuer.properties;
    return { api: api.url, bus: bus.name, issuer: url, client: audience };
  },
});
