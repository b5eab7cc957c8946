// The targets of the account's policy, as `explain` tells them.
import { computed, signal } from "@preact/signals";
import { view } from "./address";
import { type Explanation, get, ofAccount, withParameters } from "./api";

export interface Targets {
  /** Share of positive answers, 0 to 1. */
  csat?: number;
  firstResponseMs?: number;
  responseMs?: number;
  resolutionMs?: number;
  minimumN?: number;
}

const told = signal<Targets & { of: string }>({ of: "" });
/** Of the account that is looked at: nothing until they are known. */
export const targets = computed<Targets>(() => (told.value.of === view.value.account ? told.value : {}));

export async function loadTargets(account: string, signal: AbortSignal): Promise<void> {
  const fields = async (metric: string) => {
    const path = withParameters(ofAccount(account, "explain"), { metric, window: "1m", limit: 1 });
    const { policy } = await get<Explanation>(path, signal);
    return policy.at(-1)?.fields ?? {};
  };
  const [csat, thin, resolution] = await Promise.all([
    fields("csat.score"), fields("first_response_sla.thin"), fields("resolution_sla.share"),
  ]);
  const number = (value: unknown) => (typeof value === "number" ? value : undefined);
  const ms = (value: unknown) => (typeof value === "number" ? value * 1_000 : undefined);
  const found: Record<keyof Targets, number | undefined> = {
    csat: number(csat.csat_target),
    firstResponseMs: ms(thin.first_response_target_seconds),
    responseMs: ms(thin.response_target_seconds),
    resolutionMs: ms(resolution.resolution_target_seconds),
    minimumN: number(thin.minimum_n),
  };
  told.value = { of: account, ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) };
}
