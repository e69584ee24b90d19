// A draft while somebody listens: saved two seconds after the last key and whenever a field is left, and within four
// seconds of the first key that is not saved yet, however long somebody goes on writing.
// Without scripts the same form has a button for it.
const QUIET = 2_000;
const LONGEST = 4_000;
const AGAIN = 5_000;
const OUTLIVES = 60_000; // characters of a form; a browser stops at 64 KB of all that is on its way

function autosave(form) {
  for (const promise of form.querySelectorAll("[data-scripted]")) promise.hidden = false;
  const told = document.getElementById("saved");
  const elsewhere = document.getElementById("elsewhere");
  const version = form.querySelector("[name=_version]");
  // What a refusal or the lock has given back stands here alone: it is saved at once.
  let kept = form.querySelector("[data-typed]") ? null : written();
  let unsavedSince = null;
  let waiting = 0;
  let saving = null;
  let onItsWay = null; // what the saving that is under way has sent
  let leaving = false;
  let overtaken = false;
  let failing = kept === null; // what stands here is not kept elsewhere: leaving would lose it

  function written() {
    const fields = new URLSearchParams(new FormData(form));
    for (const own of ["_version", "_once", "_proof", "shown"]) fields.delete(own);
    return fields.toString();
  }

  async function save() {
    clearTimeout(waiting);
    if (saving) return saving;
    if (leaving || overtaken) return undefined;
    if (written() === kept) {
      unsavedSince = null;
      return undefined;
    }
    saving = send().finally(() => { saving = onItsWay = null; });
    return saving;
  }

  // Leaving the page ends no saving, unless the story is longer than what a browser lets outlive one.
  async function send() {
    const sent = onItsWay = written();
    const body = new URLSearchParams(new FormData(form));
    const keepalive = String(body).length < OUTLIVES;
    unsavedSince = null;
    let answer;
    try {
      answer = await fetch(form.dataset.autosave, { method: "POST", body, redirect: "manual", keepalive });
    } catch {
      failing = true;
      told.textContent = form.dataset.lost;
      waiting = setTimeout(() => save(), AGAIN);
      return;
    }
    if (answer.ok) {
      kept = sent;
      told.innerHTML = await answer.text();
      version.value = told.firstElementChild.dataset.version;
      remark([...told.querySelectorAll("[data-remark]")]);
      failing = "unfit" in told.firstElementChild.dataset;
      if (written() !== kept) later();
    } else if (answer.status === 412) {
      wait(await answer.text());
    } else {
      failing = true;
      told.textContent = answer.type === "opaqueredirect" || answer.status === 401 ? form.dataset.ended : form.dataset.refused;
    }
  }

  // What cannot be is told where it was written, once that field is left: nobody is told of half a number.
  function remark(told) {
    for (const old of form.querySelectorAll("[data-remark]")) old.remove();
    for (const one of told) {
      one.remove();
      const field = document.getElementById(one.dataset.remark);
      const place = () => { if (!document.getElementById(one.id)) field.before(one); };
      if (field && field === document.activeElement) field.addEventListener("blur", place, { once: true });
      else if (field) place();
    }
  }

  // What was written while a saving is under way waits for it: it needs the version that this one makes.
  const isBehind = () => saving !== null && written() !== onItsWay;

  async function caughtUp() {
    do await save(); while (!leaving && !overtaken && !failing && written() !== kept);
  }

  function later() {
    if (overtaken) return;
    const now = performance.now();
    unsavedSince ??= now;
    clearTimeout(waiting);
    waiting = setTimeout(() => save(), Math.max(0, Math.min(QUIET, unsavedSince + LONGEST - now)));
  }

  // Somebody else has saved it meanwhile: what stands here stays, and whoever writes it says what becomes of it.
  function wait(words) {
    overtaken = true;
    told.textContent = form.dataset.waits;
    elsewhere.innerHTML = words;
  }

  elsewhere.addEventListener("click", async ({ target }) => {
    if (target.closest("[data-keep]")) {
      version.value = elsewhere.firstElementChild.dataset.version;
      overtaken = false;
      elsewhere.replaceChildren();
      await save();
    } else if (target.closest("[data-look]")) {
      const body = new URLSearchParams({ _proof: form.querySelector("[name=_proof]").value });
      const answer = await fetch(target.closest("[data-look]").dataset.look, { method: "POST", body, redirect: "manual" }).catch(() => null);
      if (answer?.ok) elsewhere.querySelector("[data-other]").innerHTML = await answer.text();
      else told.textContent = answer ? form.dataset.ended : form.dataset.lost;
    }
  });

  if (kept === null) save();
  form.addEventListener("input", later);
  // A button that is pressed sends it all anyway: what a saving tells must not move the button away under the hand.
  form.addEventListener("focusout", ({ relatedTarget }) => relatedTarget?.matches("button") || save());
  addEventListener("pagehide", () => save());
  addEventListener("leave", ({ detail }) => detail.push(caughtUp()));
  // A link that is followed in the middle of a saving leads on after it.
  addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !isBehind()) return;
    event.preventDefault();
    await caughtUp();
    link.click();
  });
  addEventListener("beforeunload", (event) => {
    const isKept = overtaken ? written() === kept : !failing && !isBehind();
    if (!isKept && !leaving && form.isConnected) event.preventDefault();
  });

  // A button must send the version that the last saving has made.
  form.addEventListener("submit", async (event) => {
    clearTimeout(waiting);
    if (!saving) {
      leaving = true;
      return;
    }
    event.preventDefault();
    await saving;
    form.requestSubmit(event.submitter);
  });
}

for (const form of document.querySelectorAll("form[data-autosave]")) autosave(form);
