import { Refused } from "./answers.ts";
import type { Routes } from "./resource.ts";
import type { Sight } from "./sight.ts";

/** So many executions are listed, the newest. */
const MOST = 50;

/** The state machines as they are deployed, their executions, and the history of one in AWS's terms. */
export const sagaRoutes = ({ map, look, shop }: Sight): Routes => {
  const machines = map.things.filter(({ kind }) => kind === "saga");
  const machineAt = (name = "") => {
    const found = machines.find(({ id }) => id === name);
    if (!found)
      throw new Refused(
        404,
        `There is no state machine ${name.slice(0, 40)}; there are ${machines.map(({ id }) => id).join(", ")}.`,
      );
    return found;
  };
  const executionArn = (arn: string, name: string) =>
    `${arn.replace(":stateMachine:", ":execution:")}:${name}`;
  const notThere = (error: unknown) => {
    const { code, message } = error as { code?: string; message?: string };
    if (code !== "ExecutionDoesNotExist") return new Refused(409, String(message));
    return new Refused(
      404,
      `There is no such execution in this life of the shop: it never began, or time was put back to before it did. ${message}`,
    );
  };

  return {
    "GET sagas": () => ({ sagas: machines.map(({ id, arn }) => ({ id, arn })) }),
    async "GET sagas/:name"({ parts: [name] }) {
      const { id, arn } = machineAt(name);
      const { definition } = await look("states", "DescribeStateMachine", { stateMachineArn: arn });
      const { executions } = await look("states", "ListExecutions", {
        stateMachineArn: arn,
        maxResults: MOST,
      });
      return { id, arn, definition: JSON.parse(definition), executions };
    },
    async "GET sagas/:name/:execution"({ parts: [name, execution = ""] }) {
      const { arn } = machineAt(name);
      const asked = { executionArn: executionArn(arn, execution) };
      try {
        const described = await look("states", "DescribeExecution", asked);
        const events: unknown[] = [];
        let nextToken: string | undefined;
        do {
          const page = await look("states", "GetExecutionHistory", {
            ...asked,
            maxResults: 1000,
            ...(nextToken && { nextToken }),
          });
          events.push(...page.events);
          nextToken = page.nextToken;
        } while (nextToken && events.length < 5_000);
        return { ...described, events };
      } catch (error) {
        throw notThere(error);
      }
    },
    async "POST sagas/:name/:execution/redrive"({ parts: [name, execution = ""] }) {
      const { arn } = machineAt(name);
      try {
        return await shop.call("states", "RedriveExecution", {
          executionArn: executionArn(arn, execution),
        });
      } catch (error) {
        throw notThere(error);
      }
    },
  };
};
