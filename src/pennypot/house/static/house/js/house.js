// What makes pages pleasant where scripts run. Every page works without this file.

// A button that was pressed says so, and a second press sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back by the back button makes forms usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// The current stage is in sight on a narrow screen.
document.querySelector("nav.flow [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
