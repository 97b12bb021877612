import { useEffect } from "preact/hooks";

/** While a panel is there, its focus is its own; when it goes, what had the focus before has it again. */
export const useFocusBack = (): void =>
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // The button that closed it is gone by then.
      setTimeout(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body;
        if (isLost && before?.isConnected) (before as HTMLElement).focus();
      });
    };
  }, []);
