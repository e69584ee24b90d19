// What every page does when scripts run: the quick lock. Without them the lock is a button of its own.
const { idleMinutes, proof } = document.body.dataset;

// When something last happened, in this tab or another. A browser may refuse to keep anything, or have no room left:
// then each tab knows of itself alone, and nothing else here depends on it.
const own = {};

function note(what) {
  own[what] = Date.now();
  try {
    localStorage.setItem(`shubbak.${what}`, String(own[what]));
  } catch {}
}

function last(what) {
  const here = own[what] ?? 0;
  try {
    return Math.max(here, Number(localStorage.getItem(`shubbak.${what}`)));
  } catch {
    return here;
  }
}

function blank() {
  document.title = "";
  document.documentElement.replaceChildren();
}

// What was typed and not sent. A draft saves itself, and a search is no loss (the server knows which form only asks).
function unsent() {
  const isTyped = (form) =>
    form.getAttribute("method") === "post" && form.querySelector("[name=_page]") && !("autosave" in form.dataset) &&
    ("typed" in form.dataset || form.querySelector("[data-typed]"));
  return [...document.forms].filter(isTyped);
}

function written(form) {
  const fields = new URLSearchParams({ _sent_to: new URL(form.getAttribute("action"), location).pathname });
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !name.endsWith("password")) fields.append(name, value);
  }
  return fields;
}

// The server keeps it while the page is locked: nothing of it stays in the browser, where who comes next could find it.
// What outlives the page (`keepalive`) may be no longer than 64 KB. What cannot be kept is lost; the lock waits for nothing.
async function keep(fields) {
  const signal = AbortSignal.timeout(15_000);
  const send = (keepalive) => fetch("/kept", { method: "POST", body: fields, redirect: "manual", keepalive, signal });
  const answer = await send(true).catch(() => send(false)).catch(() => null);
  return answer?.status === 201 ? [fields.get("_sent_to")] : [];
}

let left = null; // what was typed into a page that has gone blank

function leave() {
  left = unsent().map(written);
  // Nothing of anybody stays on the screen, in the title or in the history while the server answers.
  blank();
}

function goToLock(back, kept) {
  const way = [["next", back], ...kept.flat().map((address) => ["kept", address])];
  location.replace(`/locked?${new URLSearchParams(way)}`);
}

function lock() {
  if (left) return;
  leave();
  tellServer(location.pathname);
}

// A draft that saves itself does so before the lock; one that cannot is kept as any other form is.
async function saveDrafts() {
  const savings = [];
  dispatchEvent(new CustomEvent("leave", { detail: savings }));
  const unsaved = (await Promise.all(savings)).filter((form) => form);
  return Promise.all(unsaved.map((form) => keep(written(form))));
}

// The page stays blank until the server has locked: going on before would show it again. A locked session saves no draft,
// so the lock lets one pass that is on its way, though not for long, and not when the page is closed meanwhile.
async function tellServer(back) {
  const body = new URLSearchParams({ _proof: proof });
  const send = () => fetch("/lock", { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => null);
  const keeping = Promise.all(left.map(keep));
  const drafts = saveDrafts().catch(() => []);
  addEventListener("pagehide", send);
  await Promise.race([drafts, new Promise((over) => setTimeout(over, 2_000))]);
  removeEventListener("pagehide", send);
  const answer = await send();
  const kept = [...await keeping, ...await drafts];
  if (answer?.type === "opaqueredirect") goToLock(back, kept);
  // The session of this page is over, and asking again would not change that.
  else if (answer?.status === 401 || answer?.status === 403) location.replace("/");
  else setTimeout(() => tellServer(back), 2_000);
}

// The other tabs show the same session: they go blank with this one.
function lockAll() {
  lock();
  note("locked");
}

// A tab that the browser had put to sleep hears late, when the password may have been given again: the server knows.
async function lockedElsewhere(at) {
  if (left || Date.now() - at < 10_000) return lock();
  leave();
  goToLock(location.pathname, (await Promise.all([...left.map(keep), saveDrafts().catch(() => [])])).flat());
}

if (proof) {
  document.getElementById("lock")?.addEventListener("submit", (event) => {
    event.preventDefault();
    lockAll();
  });
  addEventListener("storage", (event) => {
    if (event.key === "shubbak.locked") lockedElsewhere(Number(event.newValue));
  });

  addEventListener("input", ({ target }) => {
    if (target.form) target.form.dataset.typed = "";
  });
  addEventListener("beforeunload", (event) => {
    if (unsent().some((form) => !onTheirWay.has(form))) event.preventDefault();
  });

  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      if (event.key !== "Shift") shifts = [];
      return;
    }
    const now = performance.now();
    shifts = [...shifts.filter((at) => now - at < 800), now];
    if (shifts.length >= 3) lockAll();
  });

  // Whoever works in one tab is not idle in the others, and whoever types for long is not idle for the server.
  const here = () => note("active");
  here();
  note("told"); // by asking for this page
  for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, here, { passive: true });
  setInterval(() => {
    if (Date.now() - last("active") > Number(idleMinutes) * 60_000) lock();
    else if (last("active") > last("told") && Date.now() - last("told") > 60_000) tell();
  }, 5_000);

  function tell() {
    note("told");
    fetch("/presence", { method: "POST", body: new URLSearchParams({ _proof: proof }), redirect: "manual" }).catch(() => {});
  }

  // A page taken out of the browser's memory is asked for again: it may be locked by now.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

// A form that is on its way is not sent a second time, whether by the mouse or by a key: the page that it leads to is
// awaited. Whoever stops waiting by hand may send it again.
const STOPPED = 10_000;
const onTheirWay = new WeakSet();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (onTheirWay.has(form)) {
    event.preventDefault();
    return;
  }
  onTheirWay.add(form);
  setTimeout(() => onTheirWay.delete(form), STOPPED);
});

document.getElementById("refusal")?.focus();
// What was typed is shown again, also where its form was folded away.
for (const field of document.querySelectorAll("details [data-typed]")) field.closest("details").open = true;

// What was done is told once: asked for again, the page says nothing of it. And a page that shows a refused form again
// stands under its own address, not the form's: that one cannot be asked for. Where both are the same it is still noted
// anew: whoever comes back to it asks for the page, and no browser asks whether to send the form again.
const address = new URL(document.body.dataset.page ?? location.href, location);
address.searchParams.delete("done");
if (document.body.dataset.page || address.href !== location.href) history.replaceState(history.state, "", address);

// Where the server cannot be reached, a page says so in words instead of the browser's own.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
