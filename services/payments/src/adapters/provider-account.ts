import { Resource } from "sst";
import { paymentProvider } from "./provider.ts";

/** The payment provider's HTTP API, called with this shop's key. */
export const provider = paymentProvider({
  url: Resource.PaymentProvider.url,
  apiKey: Resource.ProviderApiKey.value,
});
