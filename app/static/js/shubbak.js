// What every page does when scripts run: the quick lock. Without them the lock is a button of its own.
const { idleMinutes, proof } = document.body.dataset;

function lock(back = location.pathname) {
  // Blank first: nothing of anybody stays on the screen, in the title or in the history while the server answers.
  document.title = "";
  document.documentElement.replaceChildren();
  // The page stays blank until the server has locked: going on before would show it again.
  const body = new URLSearchParams({ _proof: proof });
  fetch("/lock", { method: "POST", body, keepalive: true, redirect: "manual" })
    .then((answer) => {
      if (answer.type !== "opaqueredirect") throw new Error("not locked");
      location.replace(`/locked?next=${encodeURIComponent(back)}`);
    })
    .catch(() => setTimeout(() => lock(back), 2_000));
}

if (proof) {
  document.getElementById("lock")?.addEventListener("submit", (event) => {
    event.preventDefault();
    lock();
  });

  let shifts = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift" || event.repeat) {
      if (event.key !== "Shift") shifts = [];
      return;
    }
    const now = performance.now();
    shifts = [...shifts.filter((at) => now - at < 800), now];
    if (shifts.length >= 3) lock();
  });

  // Whoever works in one tab is not idle in the others.
  const here = () => localStorage.setItem("shubbak.active", String(Date.now()));
  here();
  for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, here, { passive: true });
  setInterval(() => {
    if (Date.now() - Number(localStorage.getItem("shubbak.active")) > Number(idleMinutes) * 60_000) lock();
  }, 5_000);

  // A page taken out of the browser's memory is asked for again: it may be locked by now.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

document.getElementById("refusal")?.focus();

// Where the server cannot be reached, a page says so in words instead of the browser's own.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
