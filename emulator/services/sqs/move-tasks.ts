import type { Timer } from "../../kernel/clock.ts";
import { AwsError, type Engine, type World } from "../../kernel/engine.ts";
import { uuid } from "../../kernel/uuid.ts";
import type { QueueDirectory } from "./directory.ts";
import type { Fresh, MessageStore } from "./message-store.ts";
import { invalidParameter, isWithin, type Message, missingParameter } from "./messages.ts";
import { type Queue, redrivePolicyOf } from "./queues.ts";
import type { MessageRetention } from "./retention.ts";

/** A redrive of a dead-letter queue, as plain data. */
type MoveTask = {
  id: string;
  source: string;
  destination?: string;
  perSecond?: number;
  status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  startedAt: number;
  toMove: number;
  moved: number;
  /** When the next message is moved. */
  dueAt: number;
  failure?: string;
};

type Queues = {
  world: World;
  store: MessageStore;
  directory: QueueDirectory;
  retention: MessageRetention;
  enqueue: (queue: Queue, message: Fresh) => void;
};

const missing = (name: string) =>
  new AwsError(
    "ResourceNotFoundException",
    `The resource that you specified for the ${name} parameter doesn't exist.`,
    404,
  );

const checkNumber = (name: string, value: number | undefined, most: number) => {
  if (!isWithin(name, value, 1, most))
    throw invalidParameter(
      `Value for parameter ${name} is invalid. Reason: You must enter a number that's between 1 and ${most}.`,
    );
};

/**
 * The redrive operations: messages of a dead-letter queue go back to the queue that gave up on them, or to
 * another. As on AWS a moved message is a new one (new id, receive count zero), and a message that did not
 * come from a queue (an EventBridge target's dead letter) needs a DestinationArn.
 */
export const moveTasks = ({
  world: { clock, note, keep, trace },
  store,
  directory: { queues, byArn },
  retention,
  enqueue,
}: Queues) => {
  const tasks = keep.map<MoveTask>("sqs.moveTasks");
  const timers = new Map<string, Timer>();

  const end = (task: MoveTask, status: MoveTask["status"], failure?: string) => {
    tasks.set(task.id, { ...task, status, failure });
    note({ kind: "sqs.redrive", queue: task.source, status, moved: task.moved, failure });
  };
  const first = (queue: Queue): Message | undefined => {
    for (const message of store.surface(queue).visible.values())
      if (!retention.expire(queue, message)) return message;
    return undefined;
  };
  const step = (task: MoveTask) => {
    const source = byArn(task.source);
    if (task.status === "CANCELLING") return end(task, "CANCELLED");
    if (!source) return end(task, "FAILED", "AWS.SimpleQueueService.NonExistentQueue");
    const message = first(source);
    if (!message || task.moved >= task.toMove) return end(task, "COMPLETED");
    const arn = task.destination ?? message.source;
    if (!arn) return end(task, "FAILED", "CouldNotDetermineMessageSource");
    const destination = byArn(arn);
    if (!destination) return end(task, "FAILED", "AWS.SimpleQueueService.NonExistentQueue");
    const moved: Fresh = {
      id: uuid(clock, `sqs redriven ${message.id}`),
      body: message.body,
      md5: message.md5,
      attributes: message.attributes,
      traceHeader: message.traceHeader,
      groupId: message.groupId,
      sender: message.sender,
      sentAt: clock.now(),
      receives: 0,
      receivesHere: 0,
    };
    store.remove(message);
    const buried = trace.marked(`sent ${message.id}`);
    const asked = [trace.cause()].filter((seq) => seq !== undefined);
    const { seq } = note(
      { kind: "sqs.redriven", queue: arn, from: task.source, messageId: moved.id },
      {
        was: message.id,
        ...(buried !== undefined && { cause: buried, causes: [buried, ...asked] }),
      },
    );
    trace.mark(`sent ${moved.id}`, seq);
    enqueue(destination, moved);
    arm({ ...task, moved: task.moved + 1, dueAt: clock.now() + 1000 / (task.perSecond ?? 500) });
  };
  const arm = (task: MoveTask) => {
    tasks.set(task.id, task);
    const timer = clock.after(
      Math.max(0, task.dueAt - clock.now()),
      `sqs redrive ${task.source}`,
      () => {
        timers.delete(task.id);
        const now = tasks.get(task.id);
        if (now) step(now);
      },
    );
    timers.set(task.id, timer);
  };
  const isActive = ({ status }: MoveTask) => status === "RUNNING" || status === "CANCELLING";

  const operations: Engine["operations"] = {
    StartMessageMoveTask({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: perSecond }) {
      if (!SourceArn) throw missingParameter("SourceArn");
      const source = byArn(SourceArn);
      if (!source) throw missing("SourceArn");
      const isDeadLetterQueue = [...queues.values()].some(
        (queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === SourceArn,
      );
      if (!isDeadLetterQueue)
        throw invalidParameter("Source queue must be configured as a Dead Letter Queue.");
      if (DestinationArn === SourceArn)
        throw invalidParameter("Source queue arn and destination queue arn cannot be the same.");
      if (DestinationArn && !byArn(DestinationArn)) throw missing("DestinationArn");
      checkNumber("MaxNumberOfMessagesPerSecond", perSecond, 500);
      for (const task of tasks.values())
        if (task.source === SourceArn && isActive(task))
          throw invalidParameter(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
          );
      const known = [...tasks.values()].filter((task) => task.source === SourceArn);
      for (const { id } of known.slice(0, -9)) tasks.delete(id); // no more than ten are ever listed
      const task: MoveTask = {
        id: uuid(clock, `sqs redrive ${SourceArn}`),
        source: SourceArn,
        destination: DestinationArn,
        perSecond,
        status: "RUNNING",
        startedAt: clock.now(),
        toMove: store.surface(source).visible.size,
        moved: 0,
        dueAt: clock.now() + 1000 / (perSecond ?? 500),
      };
      arm(task);
      return { TaskHandle: handleOf(task) };
    },
    ListMessageMoveTasks({ SourceArn, MaxResults = 1 }) {
      if (!SourceArn) throw missingParameter("SourceArn");
      if (!byArn(SourceArn)) throw missing("SourceArn");
      checkNumber("MaxResults", MaxResults, 10);
      const Results = [...tasks.values()]
        .filter(({ source }) => source === SourceArn)
        .reverse()
        .slice(0, MaxResults)
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
      tasks.set(id, { ...task, status: "CANCELLING" });
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },
  };

  return {
    operations,
    /** Forgets the tasks of a queue that is deleted. */
    forget(source: string) {
      for (const { id, ...task } of tasks.values()) {
        if (task.source !== source) continue;
        timers.get(id)?.cancel();
        timers.delete(id);
        tasks.delete(id);
      }
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
    resume() {
      for (const task of [...tasks.values()]) if (isActive(task)) arm(task);
    },
  };
};

const handleOf = ({ id, source }: MoveTask) =>
  Buffer.from(JSON.stringify({ taskId: id, sourceArn: source })).toString("base64");
