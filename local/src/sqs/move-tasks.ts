import { AwsError, type Engine, type World } from "../engine.ts";
import { uuid } from "../uuid.ts";
import { invalidParameter, type Message, missingParameter } from "./messages.ts";
import { type Queue, redrivePolicyOf } from "./queues.ts";

/** A redrive of a dead-letter queue, as plain data. */
export type MoveTask = {
  id: string;
  source: string;
  destination?: string;
  perSecond?: number;
  status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  startedAt: number;
  toMove: number;
  moved: number;
  failure?: string;
};

type Queues = {
  world: World;
  tasks: Map<string, MoveTask>;
  byArn: (arn: string) => Queue | undefined;
  all: () => Iterable<Queue>;
  surface: (queue: Queue) => void;
  enqueue: (queue: Queue, message: Message) => void;
};

const missing = (name: string) =>
  new AwsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${name} parameter doesn't exist.`,
    404,
  );

/**
 * The redrive operations: messages of a dead-letter queue go back to the queue that gave up on them, or to
 * another. As on AWS a moved message is a new one (new id, receive count zero), and a message that did not
 * come from a queue (an EventBridge target's dead letter) needs a DestinationArn.
 */
export const moveTasks = ({
  world: { clock, note },
  tasks,
  byArn,
  all,
  surface,
  enqueue,
}: Queues): Engine["operations"] => {
  const end = (task: MoveTask, status: MoveTask["status"], failure?: string) => {
    Object.assign(task, { status, failure });
    note({ kind: "sqs.redrive", queue: task.source, status, moved: task.moved, failure });
  };
  const step = (task: MoveTask, left: number) => {
    const source = byArn(task.source);
    if (task.status === "CANCELLING") return end(task, "CANCELLED");
    if (!source) return end(task, "FAILED", "AWS.SimpleQueueService.NonExistentQueue");
    surface(source);
    const [message] = source.visible.values();
    if (!message || left === 0) return end(task, "COMPLETED");
    const arn = task.destination ?? message.source;
    if (!arn) return end(task, "FAILED", "CouldNotDetermineMessageSource");
    const destination = byArn(arn);
    if (!destination) return end(task, "FAILED", "AWS.SimpleQueueService.NonExistentQueue");
    source.visible.delete(message.id);
    const moved: Message = {
      ...message,
      id: uuid(clock.random),
      sentAt: clock.now(),
      receives: 0,
      receivesHere: 0,
      firstReceivedAt: undefined,
      receiptHandle: undefined,
      source: undefined,
    };
    task.moved += 1;
    note({ kind: "sqs.redriven", queue: arn, from: task.source, messageId: moved.id });
    enqueue(destination, moved);
    later(task, left - 1);
  };
  const later = (task: MoveTask, left: number) => {
    clock.after(1000 / (task.perSecond ?? 500), `sqs redrive ${task.source}`, () =>
      step(task, left),
    );
  };

  return {
    StartMessageMoveTask({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecond }) {
      if (!SourceArn) throw missingParameter("SourceArn");
      const source = byArn(SourceArn);
      if (!source) throw missing("SourceArn");
      const isDeadLetterQueue = [...all()].some(
        (queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === SourceArn,
      );
      if (!isDeadLetterQueue)
        throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
      if (DestinationArn && !byArn(DestinationArn)) throw missing("DestinationArn");
      if (perSecond !== undefined && !(perSecond >= 1 && perSecond <= 500))
        throw invalidParameter(
          `Value ${perSecond} for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and 500.`,
        );
      for (const { source: arn, status } of tasks.values())
        if (arn === SourceArn && (status === "RUNNING" || status === "CANCELLING"))
          throw invalidParameter(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
          );
      surface(source);
      const task: MoveTask = {
        id: uuid(clock.random),
        source: SourceArn,
        destination: DestinationArn,
        perSecond,
        status: "RUNNING",
        startedAt: clock.now(),
        toMove: source.visible.size,
        moved: 0,
      };
      tasks.set(task.id, task);
      later(task, task.toMove);
      return { TaskHandle: handleOf(task) };
    },
    ListMessageMoveTasks({ SourceArn, MaxResults = 1 }) {
      if (!SourceArn) throw missingParameter("SourceArn");
      if (!byArn(SourceArn)) throw missing("SourceArn");
      const Results = [...tasks.values()]
        .filter(({ source }) => source === SourceArn)
        .reverse()
        .slice(0, Math.min(MaxResults, 10))
        .map((task) => ({
          ...(task.status === "RUNNING" && { TaskHandle: handleOf(task) }),
          Status: task.status,
          SourceArn: task.source,
          DestinationArn: task.destination,
          MaxNumberOfMessagesPerSecond: task.perSecond,
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.toMove,
          FailureReason: task.failure,
          StartedTimestamp: task.startedAt,
        }));
      return { Results };
    },
    CancelMessageMoveTask({ TaskHandle }) {
      if (!TaskHandle) throw missingParameter("TaskHandle");
      const id = /"taskId":"([^"]+)"/.exec(Buffer.from(TaskHandle, "base64").toString())?.[1];
      if (!id) throw invalidParameter("Value for parameter TaskHandle is invalid.");
      const task = tasks.get(id);
      if (!task) throw new AwsError("ResourceNotFoundException", "Task does not exist.", 404);
      if (task.status !== "RUNNING")
        throw new AwsError("UnsupportedOperation", "Only active tasks can be cancelled.");
      task.status = "CANCELLING";
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  };
};

const handleOf = ({ id, source }: MoveTask) =>
  Buffer.from(JSON.stringify({ taskId: id, sourceArn: source })).toString("base64");
