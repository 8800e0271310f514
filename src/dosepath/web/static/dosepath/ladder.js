// The day of the ladder: a slider over the days of the file, and the date field kept in step with what is shown.
const DAY = 86400000;
const days = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY);
const text = (number) => new Date(number * DAY).toISOString().slice(0, 10);

const slider = document.getElementById("slider");
const date = document.getElementById("on");
if (slider && date) {
  const first = days(slider.dataset.first);
  slider.max = String(days(slider.dataset.last) - first);
  slider.value = String(days(date.value) - first);
  slider.setAttribute("aria-valuetext", date.value);
  slider.closest(".slide").hidden = false;
  slider.addEventListener("input", () => {
    date.value = text(first + Number(slider.value));
    slider.setAttribute("aria-valuetext", date.value);
  });
  slider.addEventListener("change", () => date.dispatchEvent(new Event("change", { bubbles: true })));
  const follow = () => {
    const shown = document.getElementById("as-of");
    if (!shown) return;
    date.value = shown.dataset.on;
    slider.value = String(days(shown.dataset.on) - first);
    slider.setAttribute("aria-valuetext", date.value);
    document.getElementById("said").textContent = shown.dataset.said;
  };
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "as-of" || event.detail.elt.id === "as-of") follow();
  });
}
