// Filling in a form by the keyboard, tables that grow, and printing. Without scripts the form works by its button.

const form = document.getElementById("answers");

function announce(element) {
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

function nextQuestion(group) {
  const all = Array.from(form.querySelectorAll("[role=radiogroup], select, input:not([type=radio])"));
  const next = all[all.indexOf(group) + 1];
  if (!next) return;
  const place = next.getAttribute("role") === "radiogroup" ? next.querySelector("input:checked") || next.querySelector("input") : next;
  place.focus();
  place.closest(".question, .cell")?.scrollIntoView({ block: "nearest" });
}

function wanted(group, key) {
  const inputs = Array.from(group.querySelectorAll("input[type=radio]"));
  if (key === "-") return inputs.find((input) => input.value === "");
  const values = { y: "true", n: "false" };
  return (
    inputs.find((input) => input.value === values[key]) ||
    inputs.find((input) => input.value && input.value.toLowerCase() === key) ||
    inputs.find((input) => input.value && !["true", "false"].includes(input.value) && input.nextElementSibling.textContent.trim().toLowerCase().startsWith(key))
  );
}

function onKey(event) {
  const group = event.target.closest("[role=radiogroup]");
  if (!group || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  const input = wanted(group, event.key.toLowerCase());
  if (!input) return;
  event.preventDefault();
  input.checked = true;
  announce(input);
  nextQuestion(group);
}

function fill(button) {
  const part = button.closest(".part");
  let last = null;
  for (const group of part.querySelectorAll("[role=radiogroup]")) {
    const no = group.querySelector(`input[value="${button.dataset.fill}"]`);
    const open = group.querySelector('input[value=""]');
    if (no && open && open.checked) {
      no.checked = true;
      last = no;
    }
  }
  if (last) announce(last);
}

function addRow(table) {
  const rows = table.tBodies[0].rows;
  const row = rows[rows.length - 1].cloneNode(true);
  const number = rows.length + 1;
  for (const field of row.querySelectorAll("input, select")) {
    field.name = field.name.replace(/\.\d+\.([^.]+)$/, `.${number}.$1`);
    field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, String(number)));
    field.value = "";
  }
  table.tBodies[0].append(row);
  return row;
}

function onPaste(event) {
  const table = event.target.closest("table.rows");
  const text = event.clipboardData?.getData("text/plain") || "";
  if (!table || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  const body = table.tBodies[0];
  const first = Array.from(body.rows).indexOf(event.target.closest("tr"));
  text.trim().split(/\r?\n/).slice(0, 400).forEach((line, index) => {
    const row = body.rows[first + index] || addRow(table);
    const fields = row.querySelectorAll("input, select");
    line.split("\t").forEach((value, column) => {
      if (fields[column]) fields[column].value = value.trim();
    });
  });
  announce(event.target);
}

if (form) {
  form.classList.add("with-scripts");
  for (const hidden of form.querySelectorAll(".fill, .add-row, .paste-hint")) hidden.hidden = false;
  form.addEventListener("keydown", onKey);
  form.addEventListener("paste", onPaste);
  form.addEventListener("click", (event) => {
    if (event.target.matches(".fill")) fill(event.target);
    if (event.target.matches(".add-row")) addRow(event.target.closest(".answer").querySelector("table.rows")).querySelector("input, select").focus();
  });
  // Fields that hold nothing need not stand in the address.
  form.addEventListener("htmx:configRequest", (event) => {
    const kept = event.detail.formData;
    if (!kept) return;
    for (const name of Array.from(new Set(kept.keys()))) {
      if (kept.getAll(name).every((value) => value === "")) kept.delete(name);
    }
  });
}

for (const button of document.querySelectorAll(".print-button")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
