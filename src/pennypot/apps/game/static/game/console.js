// The console stays as the hall is, and never takes a pen out of the facilitator's hand.

import { follow } from "./follow.js";

const part = document.querySelector("[data-live]");

/** Whether somebody writes or has ticked something in here. */
function inHand(element) {
  const fields = [...element.querySelectorAll("input:not([type=hidden]), textarea, select")];
  return fields.some(
    (field) =>
      field === document.activeElement ||
      (field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== start(field)),
  );
}

function start(field) {
  if (field.tagName !== "SELECT") return field.defaultValue;
  const chosen = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return chosen ? chosen.value : "";
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const open = new Set([...part.querySelectorAll("details[open][id]")].map((one) => one.id));
  for (const one of fresh.querySelectorAll("details[id]")) one.open = open.has(one.id);
  const focused = part.contains(document.activeElement) ? nameOf(document.activeElement) : "";
  const old = new Map([...part.children].map((child) => [child.querySelector("h2")?.id, child]));
  // What stays is never taken out of the page, not even for a moment: the pen would be gone.
  let at = part.firstElementChild;
  for (const child of [...fresh.children]) {
    const before = old.get(child.querySelector("h2")?.id);
    if (before && before.parentNode === part && inHand(before)) {
      while (at && at !== before) at = without(at);
      at = before.nextElementSibling;
    } else {
      part.insertBefore(child, at);
    }
  }
  while (at) at = without(at);
  if (focused) [...part.querySelectorAll("a, button, summary")].find((one) => nameOf(one) === focused)?.focus();
}

/** Take an element out, and return the one after it. */
function without(element) {
  const next = element.nextElementSibling;
  element.remove();
  return next;
}

/** What tells a button from the others, so that it has the focus again after it was drawn anew. */
function nameOf(element) {
  const form = element.closest("form");
  const fields = form ? [...form.querySelectorAll("input[type=hidden]:not([name=key], [name=csrfmiddlewaretoken])")] : [];
  return [element.tagName, element.value, element.href, element.textContent.trim(), ...fields.map((one) => one.value)].join("|");
}

if (part) follow(part, show);
