// In a long form Enter in a line goes on to the next field, as in a ledger; it neither sends the form nor loses the place.
function moveOn(form) {
  form.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented || field.tagName !== "INPUT") return;
    event.preventDefault();
    const stops = [...form.querySelectorAll("input, select, textarea, button, summary")].filter((stop) => isStop(stop, field));
    stops[stops.indexOf(field) + 1]?.focus();
  });
}

// What the tabulator comes to next: of several radio buttons only the one that is chosen, or else the first.
function isStop(stop, field) {
  if (stop === field) return true;
  if (stop.type === "hidden" || stop.tabIndex < 0 || !stop.getClientRects().length) return false;
  if (stop.type !== "radio") return true;
  const group = [...stop.form.querySelectorAll(`[name="${CSS.escape(stop.name)}"]`)];
  return stop.name !== field.name && stop === (group.find((one) => one.checked) ?? group[0]);
}

for (const form of document.querySelectorAll("form[data-moves-on]")) moveOn(form);
