import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import * as events from "@aws-sdk/client-eventbridge";
import * as states from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { namedOperations } from "./operations.ts";

const clients = { dynamodb, streams, sqs, events, states, sts };

test.each(Object.entries(clients))(
  "the operations of %s are those of its client",
  (service, client) => {
    const commands = Object.keys(client).filter((name) => /^[A-Z]\w+Command$/.test(name));
    expect([...(namedOperations.get(service) ?? [])].sort()).toEqual(
      commands.map((name) => name.slice(0, -"Command".length)).sort(),
    );
  },
);
