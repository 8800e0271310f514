// The design lab: sliders beside the numbers, files read here, plots that stay until the new ones are drawn.

function prepare(root) {
  root.querySelectorAll("input.slider[hidden]").forEach((slider) => {
    slider.hidden = false;
    follow(slider);
  });
  root.querySelectorAll(".scripted[hidden]").forEach((each) => { each.hidden = false; });
}

// The slider shows what the number says; a number in between steps is kept as it was written.
function follow(slider) {
  const number = document.getElementById(slider.dataset.for);
  const value = Number(number.value);
  if (number.value.trim() !== "" && value >= 0 && value <= 1) slider.value = String(Math.round(100 * value));
  slider.setAttribute("aria-valuetext", number.value);
}

document.addEventListener("input", (event) => {
  const input = event.target;
  if (input.matches("input.slider")) {
    const number = document.getElementById(input.dataset.for);
    number.value = String(Number(input.value) / 100);
    input.setAttribute("aria-valuetext", number.value);
  } else if (/^p\d+$/.test(input.id)) {
    const slider = document.querySelector(`input.slider[data-for="${input.id}"]`);
    if (slider) follow(slider);
  }
});

// A list says "change" as well as "input"; one of the two is enough.
document.addEventListener("input", (event) => { if (event.target.matches("select")) event.stopPropagation(); }, true);

document.addEventListener("change", (event) => {
  const input = event.target;
  // Another parameter is tried with its own values.
  if (input.dataset.clears) document.getElementById(input.dataset.clears).value = "";
  if (input.dataset.into && input.files.length) {
    event.stopPropagation();
    input.files[0].slice(0, 2000).text().then((text) => {
      document.getElementById(input.dataset.into).value = text;
    });
  }
}, true);

// What stands already is not asked for again: Enter says "change" and "submit", a slide ends with a "change".
let asked = "";
document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.id !== "lab") return;
  const query = new URLSearchParams(event.detail.formData || new FormData(event.target));
  query.delete("paste");
  if (query.toString() === asked) event.preventDefault();
  asked = query.toString();
});
for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, () => { asked = ""; });
}
document.addEventListener("htmx:beforeRequest", (event) => {
  const answer = document.getElementById("answer");
  if (answer && ["lab", "answer"].includes(event.detail.target.id)) answer.setAttribute("aria-busy", "true");
});

// Plots stay, faded, until the new ones are drawn: the page does not jump while a rate slides.
const before = new Map();
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!["lab", "answer"].includes(event.detail.target.id)) return;
  before.clear();
  const typing = document.activeElement;
  if (typing && typing.matches("#answer input[type=text]")) before.set("typing", [typing.id, typing.value]);
  document.querySelectorAll("[data-plot]").forEach((place) => {
    const figure = place.querySelector("figure");
    if (figure) before.set(place.dataset.plot, figure.cloneNode(true));
  });
  document.querySelectorAll("details.keep").forEach((each) => before.set(each.id, each.open));
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (!["lab", "answer"].includes(event.detail.target.id)) return;
  prepare(document);
  const answer = document.getElementById("answer");
  if (answer) answer.setAttribute("aria-busy", "false");
  say(answer);
  document.querySelectorAll("[data-plot]").forEach((place) => {
    const figure = before.get(place.dataset.plot);
    if (!figure || place.querySelector("figure")) return;
    figure.classList.add("old");
    place.replaceChildren(figure);
  });
  document.querySelectorAll("details.keep").forEach((each) => { if (before.get(each.id)) each.open = true; });
  // What is being typed is newer than the answer.
  const [id, text] = before.get("typing") || [];
  const typed = id && document.getElementById(id);
  if (typed && typed.value !== text) typed.value = text;
});

// Who does not see the answer hears what it is for, or what is wrong; not the whole table at each change.
function say(answer) {
  const said = answer && answer.querySelector(".message-error, .scenario");
  if (said) document.getElementById("said").textContent = said.textContent.trim().replace(/\s+/g, " ");
}

prepare(document);
