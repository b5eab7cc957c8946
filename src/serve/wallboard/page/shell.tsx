// What stands around every page: the account, where to go, filters, the state of the data.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { follow, go, minutesOf, PAGES, type Page, view } from "./address";
import { wordOf } from "./api";
import { Filters } from "./filters";
import { accounts, hasSession, rights, signOut } from "./session";
import { Status } from "./status";
import { now } from "./clock";
import { timeOfDay, windowName } from "./words";

/** Pages that change what they show by `rotate`; contacts and companies are for looking things up. */
const ROTATED: Page[] = ["board", "agents", "skills", "ratings"];

export const NAMES: Record<Page, string> = {
  board: "Board", agents: "Agents", skills: "Skills", contacts: "Contacts", companies: "Companies",
  ratings: "Latest ratings", why: "How this is calculated", agent: "Agent", conversation: "Conversation",
};

export function Shell({ children }: { children: ComponentChildren }) {
  const { page, kiosk, account, rotate } = view.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${page === "board" ? account : `${NAMES[page]} · ${account}`} – cxpulse`;
    // Who goes to another page by keyboard or ear begins at its top.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [page, account]);
  useRotation(kiosk ? rotate : 0);
  useWakeLock(kiosk);
  return (
    <div class={kiosk ? "shell kiosk" : "shell"}>
      {!kiosk && <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>Skip to the numbers</a>}
      <header>
        <div class="brand"><Account /></div>
        {!kiosk && <nav aria-label="Pages">
          {PAGES.map((name) => (
            <a key={name} {...follow({ page: name })} aria-current={page === name ? "page" : undefined}>{NAMES[name]}</a>
          ))}
        </nav>}
        {!kiosk && <Filters />}
        {kiosk && <KioskView />}
        <div class="end">
          <Status />
          {!kiosk && <Menu />}
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} class={`page ${page}`}><Guard key={page}>{children}</Guard></main>
    </div>
  );
}

/** A page that cannot be drawn says so, and leaves the rest as it is. */
class Guard extends Component<{ children: ComponentChildren }, { wrong: string }> {
  override state = { wrong: "" };

  static override getDerivedStateFromError(error: unknown) {
    return { wrong: wordOf(error) };
  }

  override render() {
    const { wrong } = this.state;
    if (!wrong) return this.props.children;
    return (
      <div class="notice" role="alert">
        <p>This page could not be drawn: {wrong}</p>
        <button type="button" onClick={() => this.setState({ wrong: "" })}>Try again</button>
      </div>
    );
  }
}

function Account() {
  const { account, kiosk } = view.value;
  const choices = rights.value ? accounts(rights.value) : [];
  const all = choices.includes(account) ? choices : [account, ...choices];
  if (kiosk || all.length < 2) return <strong><bdi>{account}</bdi></strong>;
  return (
    <select aria-label="Account" value={account}
      onChange={(event) => go({ account: event.currentTarget.value, skill: [], line: [], page: "board" })}>
      {all.map((id) => <option key={id} value={id}>{id}</option>)}
    </select>
  );
}

/** What a television says instead of controls. */
function KioskView() {
  const { skill, line, window, page } = view.value;
  const parts = [NAMES[page], `last ${windowName(minutesOf(window)!)}`, ...(skill.length ? [`skill ${skill.join(", ")}`] : []), ...(line.length ? [`line ${line.join(", ")}`] : [])];
  return <p class="quiet">{parts.join(" · ")} · {timeOfDay(now.value)}<Dark /></p>;
}

/** Browsers keep a screen awake for pages that came by https, or from this machine. */
const canStayAwake = "wakeLock" in navigator;
const DARK = "the screen may go dark: keeping it awake needs https";
/** For how long a television says what it cannot do. */
const SAID_MS = 30_000;

function Dark() {
  const [isSaid, setSaid] = useState(!canStayAwake);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(false), SAID_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSaid ? <> · {DARK}</> : null;
}

function Menu() {
  const { theme } = view.value;
  const dark = theme === "dark" || (theme === "" && matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <div class="menu">
      <button type="button" title="Dark or light" aria-label={dark ? "Light theme" : "Dark theme"} onClick={() => go({ theme: dark ? "light" : "dark" })}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6" /><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" /></svg>
      </button>
      <button type="button" aria-label="Kiosk"
        title={`For a television: hides the controls${canStayAwake ? ", keeps the screen awake" : ""}; Escape ends it${canStayAwake ? "" : `; ${DARK}`}`} onClick={() => go({ kiosk: true })}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" fill="none" stroke="currentColor" stroke-width="1.6" /></svg>
      </button>
      {hasSession.value && <button type="button" onClick={() => void signOut()}>Sign out</button>}
    </div>
  );
}

function useRotation(seconds: number): void {
  useEffect(() => {
    if (seconds === 0) return;
    // The page that was opened comes back as it was, sorted and searched.
    const { page: opened, sort, search, sheet, score, comment } = view.peek();
    const timer = setInterval(() => {
      const page = ROTATED[(ROTATED.indexOf(view.value.page) + 1) % ROTATED.length]!;
      go({ page, ...(page === opened ? { sort, search, sheet, score, comment } : {}) }, "replace");
    }, seconds * 1_000);
    return () => clearInterval(timer);
  }, [seconds]);
}

function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return;
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    // A browser takes the lock away when the page is hidden; it is asked for again when it is seen.
    const hold = async () => {
      if (document.visibilityState !== "visible") return;
      const held = await navigator.wakeLock?.request("screen").catch(() => undefined);
      if (gone) void held?.release();
      else lock = held;
    };
    const leave = (event: KeyboardEvent) => event.key === "Escape" && go({ kiosk: false, rotate: 0 });
    void hold();
    document.addEventListener("visibilitychange", hold);
    addEventListener("keydown", leave);
    return () => {
      gone = true;
      void lock?.release();
      document.removeEventListener("visibilitychange", hold);
      removeEventListener("keydown", leave);
    };
  }, [wanted]);
}
