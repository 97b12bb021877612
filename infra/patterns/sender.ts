import { named, sender } from "../stage.ts";
import { identityIsOurs } from "./identity-owner.ts";

/** The identity of the sender as the account has it: undefined where it has none. */
const findIdentity = async (emailIdentity: string) => {
  try {
    return await aws.sesv2.getEmailIdentity({ emailIdentity });
  } catch (error) {
    if (/could(?:n't| not) find|not ?found|empty result/i.test(String(error))) return undefined;
    throw error;
  }
};

/**
 * Whom e-mails come from. An identity belongs to the account: the first stage that names it makes it, with DKIM and DMARC
 * records for a domain whose zone is in Route 53, and the other stages use it. The configuration set, which says where
 * bounces and complaints are told, is each stage's own. Undefined for a stage that names no sender.
 */
export const makeSender = async (context: string) => {
  if (!sender) return undefined;
  const tags = { context };
  const found = await findIdentity(sender);
  const made = identityIsOurs(found, $app)
    ? new sst.aws.Email("Mail", {
        sender,
        transform: { identity: { tags }, configurationSet: { tags } },
      }).nodes
    : undefined;
  const configurationSet =
    made?.configurationSet ??
    new aws.sesv2.ConfigurationSet("MailConfig", {
      configurationSetName: named("Mail").toLowerCase(),
      tags,
    });
  new aws.sesv2.ConfigurationSetEventDestination("MailFeedback", {
    configurationSetName: configurationSet.configurationSetName,
    eventDestinationName: "feedback",
    eventDestination: {
      enabled: true,
      matchingEventTypes: ["BOUNCE", "COMPLAINT"],
      // The only bus that SES tells.
      eventBridgeDestination: {
        eventBusArn: $interpolate`arn:${aws.getPartitionOutput().partition}:events:${aws.getRegionOutput().region}:${aws.getCallerIdentityOutput().accountId}:event-bus/default`,
      },
    },
  });
  return {
    address: sender.includes("@") ? sender : `shop@${sender}`,
    identityArn: made?.identity.arn ?? (found?.arn as string),
    configurationSet,
  };
};
