import { Resource } from "sst";
import { paymentProvider } from "./provider.ts";

/** The provider, as this shop's customer of it. */
export const provider = paymentProvider({
  url: Resource.PaymentProvider.url,
  apiKey: Resource.ProviderApiKey.value,
});
