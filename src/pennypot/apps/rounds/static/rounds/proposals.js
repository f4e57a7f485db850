// Writing a proposal: saves a draft while it is typed, and shows what may be like it. Everything works without this.

const later = (milliseconds, act) => {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
};

for (const form of document.querySelectorAll("form[data-keep]")) {
  const said = form.querySelector(".saved");
  let sending = Promise.resolve();
  const keep = async () => {
    if (form.dataset.sent) return;
    const typed = new FormData(form);
    typed.set("typed", "1");
    try {
      const answer = await fetch(location.pathname, { method: "POST", body: typed });
      const found = await answer.json();
      if (found.seen) form.elements.seen.value = found.seen;
      said.textContent = answer.ok ? `${form.dataset.keep} ${new Date().toLocaleTimeString([], { timeStyle: "short" })}` : found.problem;
    } catch {
      said.textContent = ""; // no network: the button still saves, and says what is wrong
    }
  };
  form.addEventListener("input", later(1500, () => { sending = sending.then(keep); }));
}

for (const form of document.querySelectorAll("form[data-like]")) {
  const place = form.querySelector(".like");
  const look = async () => {
    const asked = new URLSearchParams({ title: form.elements.title.value, what: form.elements.what.value.slice(0, 600) });
    try {
      const answer = await fetch(`${form.dataset.like}?${asked}`);
      if (answer.ok) place.innerHTML = await answer.text(); // our own page, escaped by the server
    } catch {
      place.textContent = "";
    }
  };
  form.elements.title.addEventListener("input", later(700, look));
  form.elements.what.addEventListener("change", look);
}
