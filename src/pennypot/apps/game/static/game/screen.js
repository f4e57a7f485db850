// The big screen shows what the facilitator chose, as it is now.

import { follow } from "./follow.js";

const part = document.querySelector("[data-live]");

if (part) {
  follow(part, (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    if (fresh.innerHTML.trim() !== part.innerHTML.trim()) part.replaceChildren(...fresh.childNodes);
  });
}
