// A code in the address after "#" comes from the square picture on a letter. It never reaches a server by itself:
// it is put into the field, taken out of the address, and sent only when the voter presses the button.
const form = document.querySelector("[data-code-form]");
const code = decodeURIComponent(location.hash.slice(1));
if (form && /^[0-9A-Za-z-]{12,24}$/.test(code)) {
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.code.value = code.replace(/-/g, "").replace(/(.{4})(?=.)/g, "$1-");
  form.querySelector("[data-code-ready]").hidden = false;
  form.querySelector("button").focus();
}
