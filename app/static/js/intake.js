// The form of an interview: what only some of its questions need.
// A box that stands for several others: they are ticked with it, and it says whether they all are.
function standForAll(box) {
  const others = [...box.form.querySelectorAll("[name='sharing.categories[]']")].filter((one) => box.dataset.all.split(" ").includes(one.value));
  const agree = () => { box.checked = others.every((one) => one.checked); };
  if (box.checked) for (const one of others) one.checked = true;
  agree();
  box.addEventListener("input", () => { for (const one of others) one.checked = box.checked; });
  for (const one of others) one.addEventListener("input", agree);
}

const form = document.getElementById("intake");
for (const box of form?.querySelectorAll("[data-all]") ?? []) standForAll(box);
document.documentElement.classList.add("with-scripts");
