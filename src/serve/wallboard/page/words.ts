// Numbers as people say them: `1 m 40 s`, `73 %`, in the browser's language; the words are English.
import type { Unit } from "./api";

/** What the browser says of its language; some say what is none. */
const language = (() => {
  try {
    return Intl.getCanonicalLocales([...(navigator.languages ?? [navigator.language])]);
  } catch {
    return ["en"];
  }
})();
const numbers = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options);
const whole = numbers({ maximumFractionDigits: 0 });
const hundredths = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const tenths = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options);
const clockTime = dates({ hour: "2-digit", minute: "2-digit" });
const weekTime = dates({ weekday: "short", hour: "2-digit", minute: "2-digit" });
const exactTime = dates({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayTime = dates({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** What stands where there is no value. */
export const NONE = "–";
// Numbers and their units stay on one line.
const SPACE = "\u00a0";
const MINUS = "\u2212";

/** `1 m 40 s`: the two largest units, so that nobody counts digits. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return NONE;
  const sign = ms < 0 ? MINUS : "";
  const abs = Math.abs(ms);
  if (abs < 1_000) return abs < 50 ? `0${SPACE}s` : `${sign}${tenths.format(abs / 1_000)}${SPACE}s`;
  const seconds = Math.round(abs / 1_000);
  const units: [number, string][] = [[86_400, "d"], [3_600, "h"], [60, "m"], [1, "s"]];
  const first = units.findIndex(([size]) => seconds >= size);
  // The smaller unit is rounded, not cut; 59 m 59.6 s is an hour.
  const smallest = units[Math.min(first + 1, 3)]![0];
  let rest = Math.round(seconds / smallest) * smallest;
  const parts: string[] = [];
  for (const [size, unit] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${whole.format(count)}${SPACE}${unit}`);
  }
  return sign + parts.slice(0, 2).join(SPACE);
}

export const share = (value: number | undefined, digits: 0 | 1 = 0) =>
  value === undefined ? NONE : `${(digits ? tenths : whole).format(value * 100)}${SPACE}%`;
export const score = (value: number | undefined) => (value === undefined ? NONE : hundredths.format(value));
export const count = (value: number | undefined) => (value === undefined ? NONE : whole.format(value));

/** A value in its unit. */
export function say(value: number | undefined, unit: Unit): string {
  return { count, ms: duration, share: (of?: number) => share(of), score }[unit](value);
}

/** A change in its unit, with its sign: `+3 points`, `−12 s`; nothing where it cannot be seen. */
export function change(value: number, unit: Unit): string {
  const size = Math.abs(value);
  const said = unit === "share" ? whole.format(size * 100) : say(size, unit);
  if (said === whole.format(0) || said === hundredths.format(0) || said === duration(0)) return "";
  const points = unit === "share" ? `${SPACE}${said === whole.format(1) ? "point" : "points"}` : "";
  return `${value < 0 ? MINUS : "+"}${said}${points}`;
}

/** How long ago or until now: `3 m 5 s`. */
export const age = (since: string | number | undefined, now: number) =>
  since === undefined ? NONE : duration(Math.max(0, now - (typeof since === "number" ? since : Date.parse(since))));

const at = (format: Intl.DateTimeFormat) => (time: string | number) => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? NONE : format.format(date);
};
/** `14:05`, in the time of the viewer, as all times. */
export const timeOfDay = at(clockTime);
export const timeOfWeek = at(weekTime);
export const timeExact = at(exactTime);
export const timeAndDay = at(dayTime);
/** With its year, for what may be long ago. */
export const date = at(dates({ dateStyle: "medium", timeStyle: "short" }));

/** The id `-1` is nobody's and nothing's. */
export const named = (id: string | undefined, none: string) => (id === undefined || id === "-1" ? none : id);

/** A word of the API as a person says it: `first_response` → `first response`. */
export const plain = (word: string) => word.replaceAll("_", " ");
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `60m` → `1 h`; how a window is called. */
export const windowName = (minutes: number) => (minutes % 60 ? duration(minutes * 60_000) : `${whole.format(minutes / 60)}${SPACE}h`);
