// Who is looking, and at which accounts.
import { effect, signal } from "@preact/signals";
import { get, Problem, request, unauthorized, wordOf } from "./api";
import { keep, recall } from "./kept";

export interface Rights {
  accounts: "*" | string[];
  /** Those of which the server knows anything. */
  known?: string[];
  private: boolean;
}

export const rights = signal<Rights | undefined>(undefined);
/** Whether a key is needed first. */
export const signedOut = signal(false);
effect(() => {
  if (unauthorized.value > 0) signedOut.value = true;
});
/** Why nobody knows: the server does not answer. */
export const trouble = signal("");

/** Whether this browser has traded a key: only then there is something to sign out of. The cookie itself no script can read. */
const SIGNED_IN = "signed in";
export const hasSession = signal(recall(SIGNED_IN) !== null);

function remember(signedIn: boolean): void {
  hasSession.value = signedIn;
  keep(SIGNED_IN, signedIn || undefined);
}

let again: ReturnType<typeof setTimeout> | undefined;

/** Asks who is looking; again by itself while the server does not answer. */
export async function loadRights(): Promise<void> {
  clearTimeout(again);
  try {
    rights.value = await get<Rights>("/v1/session");
    signedOut.value = false;
    trouble.value = "";
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      signedOut.value = true;
      trouble.value = "";
    } else {
      trouble.value = wordOf(error);
      const wait = error instanceof Problem ? error.retryAfter * 1_000 : 0;
      again = setTimeout(() => void loadRights(), Math.max(3_000, wait));
    }
  }
}

/** Trades a key for a session; says what is wrong with it. The key is kept nowhere. */
export async function signIn(key: string): Promise<string> {
  try {
    const answer = await request("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ key }),
    });
    remember(true);
    signedOut.value = false;
    rights.value = (await answer.json()) as Rights;
    return "";
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return "This key is not known here. It begins with cxp_.";
    return wordOf(error);
  }
}

export async function signOut(): Promise<void> {
  await request("/v1/session", { method: "DELETE" }).catch(() => undefined);
  remember(false);
  rights.value = undefined;
  signedOut.value = true;
}

/** The accounts that can be chosen. */
export function accounts(of: Rights): string[] {
  return of.accounts === "*" ? (of.known ?? []) : of.accounts;
}
