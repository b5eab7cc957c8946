// What time it is where the numbers are made: ages are counted by the server's clock, whatever this machine's says.
import { signal } from "@preact/signals";

/** The server's clock less this machine's, in milliseconds, as of the last word of the stream. */
let ahead = 0;

/** The server's time, once a second; what is shown of it needs no more. */
export const now = signal(Date.now());

/** Takes the server's time from what it just told. */
export function hear(asOf: string): void {
  const told = Date.parse(asOf);
  if (!Number.isNaN(told)) ahead = told - Date.now();
}

setInterval(() => (now.value = Date.now() + ahead), 1000);
