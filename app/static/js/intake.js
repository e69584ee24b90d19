// The form of an interview while somebody listens: saved two seconds after the last key and whenever a field is left.
// Without scripts the same form has a button for it.
const QUIET = 2_000;
const AGAIN = 5_000;

function autosave(form) {
  for (const promise of form.querySelectorAll("[data-scripted]")) promise.hidden = false;
  const told = document.getElementById("saved");
  const version = form.querySelector("[name=_version]");
  let kept = written();
  let waiting = 0;
  let saving = null;
  let leaving = false;

  function written() {
    const fields = new URLSearchParams(new FormData(form));
    for (const own of ["_version", "_once", "_proof"]) fields.delete(own);
    return fields.toString();
  }

  async function save({ keepalive = false } = {}) {
    clearTimeout(waiting);
    if (saving) return saving;
    if (leaving || written() === kept) return undefined;
    saving = send(keepalive).finally(() => { saving = null; });
    return saving;
  }

  // What outlives the page (`keepalive`) may be no longer than 64 KB: a long story is only sent so when there is no other way.
  async function send(keepalive) {
    const sent = written();
    let answer;
    try {
      answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual", keepalive,
      });
    } catch {
      told.textContent = form.dataset.lost;
      waiting = setTimeout(() => save(), AGAIN);
      return;
    }
    if (answer.ok) {
      kept = sent;
      told.innerHTML = await answer.text();
      version.value = told.firstElementChild.dataset.version;
      if (written() !== kept) later();
    } else if (answer.status === 412) {
      form.requestSubmit(); // somebody else has saved it: the page says so, with everything that stands here
    } else {
      told.textContent = answer.type === "opaqueredirect" || answer.status === 401 ? form.dataset.ended : form.dataset.refused;
    }
  }

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(() => save(), QUIET);
  }

  form.addEventListener("input", later);
  form.addEventListener("focusout", () => save());
  addEventListener("pagehide", () => save({ keepalive: true }));

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

// Many boxes are one stop of the tabulator: arrows move between them, letters jump to the word that begins with them.
function rove(group) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  let typed = "";
  let since = 0;

  function go(box) {
    if (!box) return;
    const theme = box.closest("details");
    for (const other of group.querySelectorAll("details")) other.open = other === theme || other.querySelector(":checked") !== null;
    box.tabIndex = 0;
    box.focus();
    for (const other of stops()) other.tabIndex = other === box ? 0 : -1;
  }

  function stops() {
    return [...boxes, ...group.querySelectorAll("summary")];
  }

  function fits(box, letters) {
    return box.closest("label").textContent.toLocaleLowerCase().split(/\s+/).some((word) => bare(word).startsWith(letters));
  }

  group.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const here = boxes.indexOf(document.activeElement);
    const onward = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (onward) {
      event.preventDefault();
      const turned = event.key.startsWith("ArrowL") || event.key.startsWith("ArrowR") ? (document.dir === "rtl" ? -onward : onward) : onward;
      go(boxes[(here + turned + boxes.length) % boxes.length]);
    } else if (event.key.length === 1 && event.key !== " ") {
      event.preventDefault();
      const now = performance.now();
      typed = now - since < 1_000 ? typed + event.key : event.key;
      since = now;
      const letters = bare(typed.toLocaleLowerCase());
      const from = typed.length > 1 ? Math.max(here, 0) : here + 1;
      go([...boxes.slice(from), ...boxes.slice(0, from)].find((box) => fits(box, letters)));
    }
  });

  for (const stop of stops()) stop.tabIndex = -1;
  const first = boxes.find((box) => box.checked) ?? group.querySelector("summary") ?? boxes[0];
  if (first) first.tabIndex = 0;
}

// Accents, and the article before an Arabic word, are seldom typed.
function bare(word) {
  return word.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/^ال/u, "");
}

const form = document.getElementById("intake");
if (form) autosave(form);
for (const group of document.querySelectorAll("[data-roving]")) rove(group);
for (const hint of document.querySelectorAll("[data-hint]")) hint.hidden = false;
document.documentElement.classList.add("with-scripts");
