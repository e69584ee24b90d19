// A question that an answer asks for appears at once, and goes again with it; how many lack is told anew with each answer.
// The server judges which are asked; what stands in the others stays, and what was typed into one that goes comes back with it.
const PAUSE = 300;

const form = document.getElementById("assessment");
const aside = new Map();
let pause = 0;
let asking = new AbortController();

async function ask() {
  clearTimeout(pause);
  asking.abort();
  asking = new AbortController();
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.dataset.questions, { method: "POST", body, redirect: "manual", signal: asking.signal });
    if (answer.ok) show(await answer.text());
  } catch {
    // Asked anew, or no line: completing shows what is asked then, without scripts too.
  }
}

function show(told) {
  const page = document.createElement("template");
  page.innerHTML = told;
  const rows = form.querySelector("[data-rows]");
  const gone = new Map([...rows.children].map((row) => [row.dataset.row, row]));
  let last = null;
  for (const wanted of page.content.querySelectorAll("[data-row]")) {
    const name = wanted.dataset.row;
    const row = gone.get(name) ?? place(aside.get(name) ?? wanted, last, rows);
    gone.delete(name);
    aside.delete(name);
    const [is, says] = [row, wanted].map((one) => one.querySelector("label, legend"));
    if (is && says && is.innerHTML !== says.innerHTML) is.innerHTML = says.innerHTML;
    last = row;
  }
  for (const [name, row] of gone) {
    aside.set(name, row);
    row.remove();
  }
  const [missing, now] = [document, page.content].map((one) => one.getElementById("missing"));
  if (missing.innerHTML !== now.innerHTML) missing.innerHTML = now.innerHTML;
}

function place(row, last, rows) {
  if (last) last.after(row);
  else rows.prepend(row);
  return row;
}

form?.addEventListener("input", (event) => {
  if (!event.target.closest("[data-decides]")) return;
  clearTimeout(pause);
  pause = setTimeout(ask, PAUSE);
});
form?.addEventListener("change", ask);
