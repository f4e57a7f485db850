// Keeps a table's page as it is on the server, and sends its forms until they are answered. Every page works without.
const table = document.querySelector("#table[data-live]");
const news = document.querySelector("#news");
const offline = document.querySelector("#offline");
let after = Number(table.dataset.after);
let source = null;
let polling = null;
let failures = 0;

// --- what is new ------------------------------------------------------------------------------------------------

function show(parts) {
  const focused = document.activeElement;
  const asked = question();
  const ids = parts.order === undefined ? null : parts.order.split(" ").filter(Boolean);
  if (ids) arrange(ids);
  for (const [id, html] of Object.entries(parts)) {
    const part = document.getElementById(id);
    if (id === "order" || !part) continue;
    const fresh = document.createElement("section");
    fresh.innerHTML = html;
    if (!part.firstChild) part.classList.add("new");
    morphChildren(part, fresh);
  }
  // Focus that was on something that is gone stays near: on the part, not on the top of the page.
  if (focused && focused !== document.body && !focused.isConnected) document.querySelector("#main").focus({ preventScroll: true });
  if (question() && question() !== asked) news.textContent = `${table.dataset.news} ${question()}`;
}

function question() {
  return document.querySelector("#part-question h2")?.textContent || "";
}

function arrange(ids) {
  for (const part of [...table.children]) if (!ids.includes(part.id)) part.remove();
  ids.forEach((id, place) => {
    let part = document.getElementById(id);
    if (!part) {
      part = document.createElement("section");
      part.id = id;
      part.className = "part";
    }
    if (table.children[place] !== part) table.insertBefore(part, table.children[place] || null);
  });
}

// Makes the children of one element like those of another and keeps every node that stays: with its focus, what is
// typed in it, whether it is open, where it is scrolled.
function morphChildren(old, fresh) {
  const keyed = new Map([...old.children].filter((one) => one.dataset.k).map((one) => [one.dataset.k, one]));
  let here = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let match = wanted.nodeType === 1 && wanted.dataset.k ? keyed.get(wanted.dataset.k) : null;
    if (!match) {
      while (here && here.nodeName === "INPUT" && isOurs(here)) here = here.nextSibling; // put in by the page
      if (here && like(here, wanted)) match = here;
    }
    if (match) {
      if (match !== here) old.insertBefore(match, here);
      else here = here.nextSibling;
      if (match.nodeType === 1) {
        attributes(match, wanted);
        morphChildren(match, wanted);
      } else if (match.nodeValue !== wanted.nodeValue) match.nodeValue = wanted.nodeValue;
    } else old.insertBefore(wanted, here);
  }
  while (here) {
    const next = here.nextSibling;
    if (!(here.nodeName === "INPUT" && isOurs(here))) here.remove();
    here = next;
  }
}

function isOurs(input) {
  return input.type === "hidden" && ["csrfmiddlewaretoken", "key", "after"].includes(input.name);
}

function like(one, other) {
  if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return false;
  return one.nodeType !== 1 || ((one.dataset.k || "") === (other.dataset.k || "") && one.name === other.name && (one.type || "") === (other.type || ""));
}

const KEPT = new Set(["open", "aria-busy", "data-sent"]);

function attributes(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) {
    if (KEPT.has(name) || old.getAttribute(name) === value) continue;
    // What somebody is typing or has chosen is theirs.
    if (name === "value" && old.nodeName === "INPUT" && old.type !== "hidden" && old.value !== old.defaultValue) continue;
    old.setAttribute(name, value);
  }
}

// --- hearing of it ----------------------------------------------------------------------------------------------

function listen() {
  source = new EventSource(`${table.dataset.live}?after=${after}`);
  source.addEventListener("open", () => connected(true));
  source.addEventListener("table", (event) => {
    after = Number(event.lastEventId);
    show(JSON.parse(event.data));
    connected(true);
  });
  source.addEventListener("moved", () => window.location.reload());
  source.addEventListener("error", () => {
    // The browser tries again by itself unless it was refused; meanwhile the page is asked for now and then.
    connected(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
  });
}

function connected(yes) {
  failures = yes ? 0 : failures + 1;
  offline.hidden = failures < 3;
  if (yes) {
    clearInterval(polling);
    polling = null;
  } else polling ??= setInterval(poll, 5000);
}

async function poll() {
  try {
    const answer = await fetch(`${table.dataset.url}?part=1&after=${after}`, { headers: { "X-Pennypot": "live" } });
    if (answer.status === 409) return window.location.reload();
    const { number, parts } = await answer.json();
    if (number > after && parts.order !== undefined) {
      after = number;
      show(parts);
    }
    offline.hidden = true;
  } catch {
    offline.hidden = false;
  }
}

if (window.EventSource) listen();
else polling = setInterval(poll, 5000);
// A phone that slept looks at once.
document.addEventListener("visibilitychange", () => document.hidden || poll());

// --- sending ----------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-move]")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  // Its own key, made now: however often it is sent, it moves once.
  data.set("key", uuid());
  data.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  send(form, new URLSearchParams(data), event.submitter);
});

async function send(form, body, button) {
  form.querySelector(".wrong-here")?.remove();
  form.classList.add("sent");
  let said = "";
  for (let pause = 500; ; pause = Math.min(pause * 2, 8000)) {
    try {
      const answer = await fetch(`${table.dataset.url}move/`, { method: "POST", body, headers: { "X-Pennypot": "live" }, signal: AbortSignal.timeout(10000) });
      if (answer.status === 409) return window.location.reload();
      if (answer.status < 500) {
        said = answer.ok ? "" : (await answer.json().catch(() => ({ said: table.dataset.lost }))).said;
        break;
      }
    } catch {
      offline.hidden = false; // the same form goes out again
    }
    await new Promise((wake) => setTimeout(wake, pause));
  }
  offline.hidden = true;
  form.classList.remove("sent");
  delete form.dataset.sent;
  button?.removeAttribute("aria-busy");
  if (said) {
    const line = document.createElement("p");
    line.className = "wrong-here";
    line.setAttribute("role", "alert");
    line.textContent = said;
    form.prepend(line);
  } else {
    form.reset();
    const closing = form.closest("details");
    if (closing && form.querySelector("textarea, input:not([type=hidden])")) closing.open = false;
    if (form.matches(".again")) window.location.assign(table.dataset.url);
  }
  if (!source || source.readyState !== EventSource.OPEN) poll();
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // a page without https has no randomUUID
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
