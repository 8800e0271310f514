// A resource beside the sheet: what was used of it comes into view.
function showUsed() {
  const beside = document.getElementById("beside");
  const used = beside && beside.querySelector("mark");
  if (!used) return;
  const frame = [beside, beside.parentElement].find((each) => each.scrollHeight > each.clientHeight + 1);
  if (frame) frame.scrollTop += used.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
}
document.addEventListener("DOMContentLoaded", showUsed);
document.addEventListener("htmx:afterSettle", showUsed);
