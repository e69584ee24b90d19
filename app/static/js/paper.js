// The button that prints: shown where there is a script to press it for; the browser's own command works without.
const button = document.getElementById("print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
