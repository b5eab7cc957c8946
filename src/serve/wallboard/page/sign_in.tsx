// The first page of who needs a key, and of who may see several accounts.
import { useEffect, useState } from "preact/hooks";
import { follow, go } from "./address";
import { Wrong } from "./parts";
import { usePoll } from "./poll";
import { restoring } from "./ready";
import { accounts, loadRights, type Rights, signIn, trouble } from "./session";

export function SignIn() {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setWrong(await signIn(String(new FormData(form).get("key") ?? "").trim()));
    setBusy(false);
  };
  return (
    <main class="card narrow">
      <h1>Sign in</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label for="key">Key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" required autofocus
          aria-describedby="key-help" aria-invalid={wrong !== ""} />
        <p id="key-help" class="quiet">It begins with <code>cxp_</code>. Whoever runs cxpulse makes one with <code>cxpulse keys create</code>.</p>
        {wrong && <p class="bad" role="alert">{wrong}</p>}
        <button type="submit" aria-disabled={busy}>{busy ? "Signing in …" : "Sign in"}</button>
      </form>
    </main>
  );
}

/** While there is nothing to choose, accounts may come. */
const EVERY_MS = 5_000;

export function Choice({ rights }: { rights: Rights }) {
  const choices = accounts(rights);
  const { value: state } = usePoll("state", EVERY_MS, async () => {
    await loadRights();
    return restoring();
  });
  const isAll = state === "" && !trouble.value;
  // One account to see: no choice to be made, once it is known that there is no other.
  useEffect(() => {
    if (isAll && choices.length === 1) go({ account: choices[0]! }, "replace");
  }, [isAll, choices[0], choices.length]);
  return (
    <main class="card narrow">
      <h1>Choose an account</h1>
      <Wrong text={trouble.value} />
      <p role="status">{state && `${state}: accounts appear here as what they sent is read.`}
        {isAll && choices.length === 0 && "No account has sent any events yet. The first one appears here by itself."}</p>
      <ul class="choices">
        {choices.map((account) => (
          <li key={account}><a {...follow({ account })}>{account}</a></li>
        ))}
      </ul>
      {rights.accounts === "*" && (
        <form onSubmit={(event) => {
          event.preventDefault();
          const account = String(new FormData(event.currentTarget as HTMLFormElement).get("account") ?? "").trim();
          if (account) go({ account });
        }}>
          <label for="account">Or by its id</label>
          <input id="account" name="account" required />
          <button type="submit">Open</button>
        </form>
      )}
    </main>
  );
}
