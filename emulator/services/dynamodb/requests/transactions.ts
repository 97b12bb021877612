import {
  consumed,
  expressionNames,
  key,
  metrics,
  onFailure,
  placeholders,
  tableName,
} from "./common.ts";
import { attributes, list, type Members, structure, text } from "./members.ts";

const actions = (members: Members): Members => ({
  TransactItems: list(structure("TransactItem", members), {
    notNull: true,
    shortest: 1,
    longest: 100,
  }),
});

const write = (name: string, members: Members): Members => ({
  [name]: structure(name, { ...tableName, ...members, ...placeholders, ...onFailure }),
});

const needed = text({ notNull: true });

/** The requests of transactions. Members in the order of AWS's messages. */
export const transactionRequests: Record<string, Members> = {
  TransactWriteItems: {
    ...consumed,
    ...metrics,
    ClientRequestToken: text({ shortest: 1, longest: 36 }),
    ...actions({
      ...write("ConditionCheck", { ...key, ConditionExpression: needed }),
      ...write("Put", { Item: attributes({ notNull: true }), ConditionExpression: text() }),
      ...write("Delete", { ...key, ConditionExpression: text() }),
      ...write("Update", { ...key, UpdateExpression: needed, ConditionExpression: text() }),
    }),
  },
  TransactGetItems: {
    ...consumed,
    ...actions({
      Get: structure("Get", {
        ...tableName,
        ...key,
        ProjectionExpression: text(),
        ...expressionNames,
      }),
    }),
  },
};
