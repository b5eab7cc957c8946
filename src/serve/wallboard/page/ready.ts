// How far the server has got in reading what was there at its start.
import { Problem, request } from "./api";
import { share } from "./words";

/** Who is silent for longer is asked again the next time. */
const PATIENCE_MS = 10_000;
const NOT_READY = 503;

/** `Restoring 63 %`; nothing where the server is ready, or does not answer. */
export async function restoring(): Promise<string> {
  const asked = await ask("/readyz");
  if (!(asked instanceof Problem) || asked.status !== NOT_READY) return "";
  const page = await ask("/metrics?family=cxpulse_restore_progress_ratio");
  const text = page instanceof Problem ? "" : await page.text().catch(() => "");
  const found = /^cxpulse_restore_progress_ratio(?:\{[^}]*\})? ([0-9.e+-]+)$/m.exec(text);
  return found ? `Restoring ${share(Number(found[1]))}` : "Restoring";
}

const ask = (path: string) => request(path, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: Problem) => error);
