// Choosing among many needs by the keyboard: a few letters of any word offer the first that has them, Enter chooses it.
// The boxes themselves are one stop of the tabulator, and arrows move between them.

// Spellings that people do not tell apart: marks, the letters of hamza, ta marbuta, and the article before a word.
function fold(text) {
  return text.normalize("NFD").replace(/[\p{Mn}ـء]/gu, "").toLocaleLowerCase()
    .replace(/[ىی]/g, "ي").replace(/ک/g, "ك").replace(/ة/g, "ه");
}

function words(text, article = /^ال(?=.)/u) {
  return fold(text).split(/[^\p{L}\p{N}]+/u).map((word) => word.replace(article, "")).filter(Boolean);
}

// A need that begins so comes first, then one of whose words begins so, then one that only holds the letters:
// whoever writes "family" means the family before the support for its carers.
function firstMatch(boxes, typed) {
  const parts = words(typed, /^ال/u);
  if (!parts.length) return undefined;
  const known = boxes.map((box) => [box, words(named(box))]);
  const first = (fits) => known.find(([, said]) => fits(said))?.[0];
  return first((said) => said.join(" ").startsWith(parts.join(" ")))
    ?? first((said) => parts.every((part) => said.some((word) => word.startsWith(part))))
    ?? first((said) => parts.every((part) => said.some((word) => word.includes(part))));
}

function openOnly(group, theme) {
  for (const other of group.querySelectorAll("details")) other.open = other === theme || other.querySelector(":checked") !== null;
}

function rove(group) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const stops = [...boxes, ...group.querySelectorAll("summary")];

  function go(box) {
    openOnly(group, box.closest("details"));
    box.tabIndex = 0;
    box.focus();
    for (const other of stops) other.tabIndex = other === box ? 0 : -1;
  }

  group.addEventListener("keydown", (event) => {
    const onward = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!onward || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const isTurned = document.dir === "rtl" && (event.key === "ArrowLeft" || event.key === "ArrowRight");
    go(boxes[(boxes.indexOf(document.activeElement) + (isTurned ? -onward : onward) + boxes.length) % boxes.length]);
  });

  for (const stop of stops) stop.tabIndex = -1;
  const first = boxes.find((box) => box.checked) ?? group.querySelector("summary") ?? boxes[0];
  if (first) first.tabIndex = 0;
  return go;
}

function find(field, group, go) {
  const boxes = [...group.querySelectorAll("input[type=checkbox]")];
  const told = field.parentElement.querySelector("[role=status]");
  let offered;

  function offer(box) {
    offered?.closest("label").classList.remove("need--offered");
    offered = box;
    box?.closest("label").classList.add("need--offered");
    openOnly(group, box?.closest("details"));  // what nobody looks for any more is not left in sight
    box?.closest("label").scrollIntoView({ block: "nearest" });  // the focus stays with the letters: nothing else would
    told.textContent = box ? `${box.checked ? field.dataset.removes : field.dataset.offers} ${named(box)}` : "";
  }

  field.addEventListener("input", () => {
    offer(firstMatch(boxes, field.value));
    if (!offered && words(field.value, /^ال/u).length) told.textContent = field.dataset.nothing;
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (!field.value.trim() || !["Enter", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (!offered) return field.select();  // the next word takes the place of the one that finds nothing
    const wanted = offered;
    field.value = "";
    offer(undefined);
    if (event.key === "ArrowDown") {
      go(wanted);
    } else {
      wanted.click();
      openOnly(group, wanted.closest("details"));
      told.textContent = wanted.checked ? `✓ ${named(wanted)}` : "";
    }
  });
  // Letters over the boxes are a search, too; and the key that leads to the needs leads to it.
  group.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return;
    field.focus();
    field.select();
  });
  const door = group.querySelector("[accesskey]");
  field.accessKey = door?.accessKey ?? "";
  door?.removeAttribute("accesskey");
  if (field.autofocus) field.focus();
}

function named(box) {
  return box.closest("label").textContent.trim();
}

for (const group of document.querySelectorAll("[data-roving]")) {
  const go = rove(group);
  const field = group.parentElement.querySelector("[data-finds]");
  if (field) find(field, group, go);
}
