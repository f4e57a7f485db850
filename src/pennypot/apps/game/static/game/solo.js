// The running balance. Without this script "Add up" does the same sum on the server.
const form = document.querySelector("form.solo");
const said = form?.querySelector("[data-sum]");
const bar = form?.querySelector("progress");
const language = document.documentElement.lang === "pl" ? "pl" : "en-GB";
const two = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat(language);

function pounds(pence) {
  if (pence >= 1e8) return said.dataset.million.replace("{amount}", two.format(Math.round(pence / 1e6) / 100));
  return `£${whole.format(Math.round(pence / 100))}`;
}

const fill = (words, sums) => words.replace(/\{(\w+)\}/g, (_, name) => pounds(sums[name]));
const chosen = () => [...form.querySelectorAll("[data-pence]:checked")].reduce((sum, one) => sum + Number(one.dataset.pence), 0);

function addUp(base) {
  const { target, purse } = form.dataset;
  const sum = chosen();
  if (said.dataset.sum === "found") {
    const found = base + sum;
    const gap = Math.max(0, target - found);
    said.textContent = fill(gap ? said.dataset.gap : said.dataset.enough, { found, target: Number(target), gap });
    bar.value = found;
  } else {
    const price = form.elements.title?.value.trim() ? Math.round(Number(form.elements.price.value || 0) * 100) : 0;
    const left = purse - sum - price;
    said.textContent = fill(left < 0 ? said.dataset.over : said.dataset.left, { left, over: -left, purse: Number(purse) });
    said.classList.toggle("over", left < 0);
    bar.value = sum + price;
  }
}

// What a closed line says: its money, or what is cut from it.
function tell(line) {
  const now = line.querySelector("[data-now]");
  const picked = line.querySelector("[data-pence]:checked");
  const pence = Number(picked?.dataset.pence ?? 0);
  now.textContent = pence ? `− ${pounds(pence)}` : now.dataset.leave;
  line.classList.toggle("cut", pence > 0);
}

if (said) {
  // What is found elsewhere (shared, when cutting) stays in the sum.
  const base = Number(form.dataset.found) - [...form.querySelectorAll("[data-pence]")].reduce((sum, one) => sum + (one.defaultChecked ? Number(one.dataset.pence) : 0), 0);
  const button = form.querySelector("[data-add-up]");
  if (button) button.hidden = true;
  form.addEventListener("input", (event) => {
    const line = event.target.closest(".solo-line");
    if (line) tell(line);
    addUp(base);
  });
  // A browser that comes back may have kept other choices than the page was sent with.
  for (const line of form.querySelectorAll(".solo-line")) tell(line);
  addUp(base);
}

// No more than three: a fourth waits until one is taken out.
const needs = form?.querySelectorAll('input[name="needs"]') ?? [];
function three() {
  const full = [...needs].filter((one) => one.checked).length >= 3;
  for (const one of needs) one.disabled = full && !one.checked;
}
for (const one of needs) one.addEventListener("change", three);
if (needs.length) three();
