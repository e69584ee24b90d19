// A draft while somebody listens: saved two seconds after the last key and whenever a field is left, and within four
// seconds of the first key that is not saved yet, however long somebody goes on writing.
// Without scripts the same form has a button for it.
const QUIET = 2_000;
const LONGEST = 4_000;
const AGAIN = 5_000;
const STALLED = 20_000; // a line on which nothing comes back is no line
const PATIENCE = 2_000; // for what somebody waits for
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
  let followed = false;
  let overtaken = false;
  let failing = kept === null; // what stands here is not kept elsewhere: leaving would lose it

  // A page that is loaded again while its last saving is still on the way shows what stood here before: the version tells.
  // It is asked for once more, a few times at most; until then nothing can be written into it.
  const mark = `shubbak.left ${form.dataset.autosave}`;
  function leftBehind() {
    try {
      sessionStorage.setItem(mark, JSON.stringify([version.value, 0]));
    } catch {}
  }

  function isOutOfDate() {
    try {
      const [left, tries] = JSON.parse(sessionStorage.getItem(mark)) ?? [];
      sessionStorage.removeItem(mark);
      if (left !== version.value || tries >= 5) return false;
      sessionStorage.setItem(mark, JSON.stringify([left, tries + 1]));
      return true;
    } catch {
      return false;
    }
  }

  function written() {
    const fields = new URLSearchParams(new FormData(form));
    for (const own of ["_version", "_once", "_proof", "shown"]) fields.delete(own);
    return fields.toString();
  }

  // Whether what stood here is saved now. Only one saving is under way at a time.
  async function save() {
    clearTimeout(waiting);
    if (saving) return saving;
    if (leaving || overtaken) return false;
    if (written() === kept) {
      unsavedSince = null;
      return true;
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
    try {
      const signal = AbortSignal.timeout(STALLED);
      const answer = await fetch(form.dataset.autosave, { method: "POST", body, redirect: "manual", keepalive, signal });
      return settle(answer, sent, await answer.text());
    } catch {
      fail(form.dataset.lost);
      waiting = setTimeout(() => save(), AGAIN);
      return false;
    }
  }

  function settle(answer, sent, words) {
    if (answer.status === 412) {
      wait(words);
      return false;
    }
    if (!answer.ok) {
      fail(answer.type === "opaqueredirect" || answer.status === 401 ? form.dataset.ended : form.dataset.refused);
      return false;
    }
    told.innerHTML = words;
    version.value = told.firstElementChild.dataset.version;
    kept = sent;
    remark([...told.querySelectorAll("[data-remark]")]);
    failing = "unfit" in told.firstElementChild.dataset;
    if (written() !== kept) later();
    return true;
  }

  function fail(words) {
    failing = true;
    const warning = document.createElement("strong");
    warning.textContent = words;
    told.replaceChildren(warning);
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
    let isSaved;
    do isSaved = await save(); while (isSaved && written() !== kept);
    return isSaved;
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

  if (kept !== null && isOutOfDate()) {
    form.inert = true;
    setTimeout(() => location.reload(), 300);
    return;
  }
  if (kept === null) save();
  // Who comes back to a story goes on at its end.
  const place = document.activeElement;
  if (place?.matches("textarea") && place.form === form) place.setSelectionRange(place.value.length, place.value.length);
  form.addEventListener("input", later);
  // A button that is pressed sends it all anyway: what a saving tells must not move the button away under the hand.
  form.addEventListener("focusout", ({ relatedTarget }) => relatedTarget?.matches("button") || save());
  addEventListener("pagehide", () => {
    if (written() !== kept) leftBehind();
    save();
  });
  addEventListener("leave", ({ detail }) => detail.push(caughtUp().then((isSaved) => (isSaved ? null : form))));
  // A link that is followed in the middle of a saving leads on after it, or when that takes too long.
  addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || followed || !isBehind()) return;
    event.preventDefault();
    await Promise.race([caughtUp(), new Promise((over) => setTimeout(over, PATIENCE))]);
    followed = true;
    if (link.isConnected) link.click();
    followed = false;
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
