import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { repositoryRoot } from "./repository.ts";
import { invoker, type Target } from "./target.ts";

/** What a deployment leaves in .sst/outputs.json: the addresses of the stage that was deployed last from this checkout. */
type Outputs = Partial<
  Record<
    "stage" | "api" | "issuer" | "client" | "listProduct" | "registerContact" | "sender",
    string
  >
>;

const deploy = (stage: string) =>
  `deploy it from here with \`npx sst deploy --stage ${stage}\`, which changes nothing where nothing has changed.`;

/** Where sst writes it. */
const usual = join(repositoryRoot, ".sst", "outputs.json");

const outputsOf = (stage: string, file: string): Required<Outputs> => {
  let found: Outputs;
  try {
    found = JSON.parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    if (file !== usual) {
      const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
      throw new CannotStart(`--outputs ${file} cannot be read: ${why}.`);
    }
    throw new CannotStart(`No stage was deployed from this checkout yet: ${deploy(stage)}`);
  }
  if (found.stage === undefined)
    throw new CannotStart(`The last deployment from this checkout left nothing: ${deploy(stage)}`);
  if (found.stage !== stage)
    throw new CannotStart(
      `What was deployed last from this checkout is ${found.stage}, not ${stage}: ${deploy(stage)}`,
    );
  const { api, issuer, client, listProduct, registerContact, sender = "" } = found;
  if (!api || !issuer || !client || !listProduct || !registerContact)
    throw new CannotStart(`The last deployment of ${stage} did not end: ${deploy(stage)}`);
  return { stage, api, issuer, client, listProduct, registerContact, sender };
};

const signUp = 'sign up as docs/deploy.md says under "Sign in"';

/** What Cognito says of a sign-in that it refuses, each with what helps. */
const refusals: Record<string, (user: string) => string> = {
  NotAuthorizedException: (user) =>
    `The stage has no user ${user} with this password (PETSTORE_EMAIL, PETSTORE_PASSWORD): ${signUp}.`,
  UserNotFoundException: (user) => `The stage has no user ${user}: ${signUp}.`,
  UserNotConfirmedException: (user) =>
    `${user} is not confirmed yet: \`aws cognito-idp admin-confirm-sign-up\`, as in docs/deploy.md.`,
  PasswordResetRequiredException: (user) => `${user} has to set a new password first.`,
  ResourceNotFoundException: () => "The stage's user pool or its client is gone: deploy it again.",
};

/** Signs in at a user pool with name and password; needs no AWS credentials. Answers the ID token. */
const signIn = async ({ issuer, client }: Required<Outputs>) => {
  const { env } = process;
  const { PETSTORE_EMAIL: user, PETSTORE_PASSWORD: password } = env;
  if (!user || !password)
    throw new CannotStart(
      `Who? Set PETSTORE_EMAIL and PETSTORE_PASSWORD to those of a user of the stage; for one, ${signUp}.`,
    );
  // The SDKs' own variable for another address of Cognito.
  const endpoint = env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER ?? new URL(issuer).origin;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: client,
      AuthParameters: { USERNAME: user, PASSWORD: password },
    }),
  }).catch((error: Error) => {
    throw new CannotStart(`Cognito cannot be reached at ${endpoint}: ${error.message}.`);
  });
  const answer = (await response.json()) as Record<string, string> & {
    AuthenticationResult?: { IdToken: string };
  };
  if (answer.AuthenticationResult) return answer.AuthenticationResult.IdToken;
  const type = answer.__type?.split("#").at(-1) ?? answer.ChallengeName ?? "";
  throw new CannotStart(
    refusals[type]?.(user) ??
      `Cognito did not sign ${user} in: ${[type, answer.message].filter(Boolean).join(": ")}.`,
  );
};

/** A stage on AWS that was deployed from this checkout. Throws CannotStart, with what to do, for what is missing. */
export const stageOnAws = (stage: string, file = usual): Target => {
  const { env } = process;
  const outputs = outputsOf(stage, file);
  const [, region = env.AWS_REGION ?? "us-east-1"] =
    /^https:\/\/cognito-idp\.([\w-]+)\./.exec(outputs.issuer) ?? [];
  let token: Promise<string> | undefined;
  return {
    name: `the stage ${stage}`,
    api: outputs.api,
    warnings: outputs.sender
      ? []
      : ["The stage was deployed without PETSTORE_SENDER: no e-mail will come."],
    token() {
      token ??= signIn(outputs);
      return token;
    },
    invoke: invoker({
      config: { region },
      names: { ListProduct: outputs.listProduct, RegisterContact: outputs.registerContact },
      cure: deploy(stage),
    }),
  };
};
