// What every page does beyond htmx: files beyond the limit are refused before they are sent.
// A form says its limit: <form data-largest-mb="100" data-too-large="words">.
document.addEventListener("change", (event) => {
  const input = event.target;
  const form = input.form;
  if (input.type !== "file" || !form || !form.dataset.largestMb) return;
  const bytes = Array.from(input.files).reduce((sum, file) => sum + file.size, 0);
  const tooLarge = bytes > Number(form.dataset.largestMb) * 1048576;
  input.setCustomValidity(tooLarge ? form.dataset.tooLarge : "");
  if (tooLarge) input.reportValidity();
});
