// Adding and removing documents leaves the rest of the page alone: what is being written in its other forms stays. Without
// scripts the page is loaded anew, which is said beside the form.
const place = () => document.getElementById("documents");

// What the server answers is a whole page: its part of documents takes the place of ours, with what it says of it.
function show(page) {
  const said = page.querySelector("#refusal, .banner--done");
  const fresh = page.getElementById("documents");
  if (!fresh && !said) return false;
  document.getElementById("refusal")?.remove();
  for (const unscripted of fresh?.querySelectorAll("noscript") ?? []) unscripted.remove();
  if (fresh) place().replaceWith(fresh);
  place().querySelector(".banner")?.remove();
  if (said) {
    place().prepend(said);
    said.tabIndex = -1;
    said.focus();
  }
  return true;
}

async function send(form) {
  const fields = new FormData(form);
  const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // Somewhere else altogether: the way in, or a page that says why there is none.
  if (!show(page)) location.assign(answer.url);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!place()?.contains(form)) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  try {
    await send(form);
  } catch {
    const told = place().querySelector("[data-lost]");
    if (!told) return form.submit();
    told.textContent = told.dataset.lost;
    button.disabled = false;
  }
});

// A file that the server would refuse for its size is not sent at all: on a slow line that takes long.
document.addEventListener("change", ({ target: file }) => {
  if (!file.matches("input[data-most]")) return;
  const { most, tooLarge } = file.dataset;
  file.setCustomValidity(file.files[0]?.size > Number(most) ? tooLarge : "");
  file.reportValidity();
});
