import { useEffect } from "preact/hooks";

/**
 * Does something at once and again after each time that it answers, in milliseconds, while the page is open and looked at;
 * undefined ends it.
 */
export const useWhileOpen = (
  work: (signal: AbortSignal) => Promise<number | undefined>,
  inputs: unknown[],
) => {
  useEffect(() => {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waits = false;
    const turn = async () => {
      waits = false;
      const ms = await work(end.signal);
      if (ms === undefined || end.signal.aborted) return;
      waits = true;
      timer = setTimeout(() => !document.hidden && turn(), ms);
    };
    const seen = () => {
      if (document.hidden || !waits) return;
      clearTimeout(timer);
      void turn();
    };
    document.addEventListener("visibilitychange", seen);
    void turn();
    return () => {
      end.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, inputs);
};
