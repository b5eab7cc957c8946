// A list that opens over the page: it closes by a click beside it, and by Escape, which leads back to what opened it.
import { useEffect, useRef } from "preact/hooks";

export function useDisclosure() {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const leave = (event: Event) => {
      const element = details.current;
      if (!element?.open) return;
      const escaped = event instanceof KeyboardEvent && event.key === "Escape";
      if (!escaped && (event instanceof KeyboardEvent || element.contains(event.target as Node))) return;
      element.open = false;
      if (escaped) element.querySelector("summary")?.focus();
    };
    addEventListener("pointerdown", leave);
    addEventListener("keydown", leave);
    return () => {
      removeEventListener("pointerdown", leave);
      removeEventListener("keydown", leave);
    };
  }, []);
  return details;
}
