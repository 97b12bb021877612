/** An entry of the history, as GetExecutionHistory answers it. */
export type HistoryEvent = {
  timestamp: number;
  type: string;
  id: number;
  previousEventId: number;
} & Record<string, unknown>;
