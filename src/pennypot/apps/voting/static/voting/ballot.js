// The running tally. Without this script "Add up" and "Check my choices" do the same sum on the server.
const form = document.querySelector("form.ballot");
const { kind, most, budget, points } = form.dataset;
const words = form.querySelector("[data-sum]");
const bar = form.querySelector("[data-bar]");
const language = document.documentElement.lang;
const figures = new Intl.NumberFormat(language === "pl" ? "pl" : "en-GB");

const pounds = (pence) => `£${figures.format(pence / 100)}`;

// {cost} of {budget} -> £1 of £2, with the first amount bold.
function say(template, values) {
  words.textContent = template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function chosen() {
  const found = [];
  for (const field of form.querySelectorAll("[data-cost]")) {
    const said = field.type === "checkbox" ? (field.checked ? "1" : "") : field.type === "hidden" && kind !== "rank" && kind !== "points" ? "1" : field.value.trim();
    if (said) found.push({ pence: Number(field.dataset.cost), figure: /^[0-9]+$/.test(said) ? Number(said) : 0 });
  }
  return found;
}

function addUp() {
  const all = chosen();
  const many = all.length;
  let over = false;
  if (kind === "knapsack") {
    const cost = all.reduce((sum, one) => sum + one.pence, 0);
    over = cost > budget;
    say(over ? words.dataset.over : words.dataset.money, { cost: pounds(cost), budget: pounds(budget), left: pounds(budget - cost), over: pounds(cost - budget) });
    bar.value = cost;
  } else if (kind === "points") {
    const given = all.reduce((sum, one) => sum + one.figure, 0);
    over = given > points;
    say(words.dataset.given, { given: figures.format(given), points: figures.format(points) });
    bar.value = given;
  } else if (most) {
    over = many > most;
    say(over ? words.dataset.countOver : words.dataset.countMost, { chosen: figures.format(many), most: figures.format(most) });
  } else {
    say(words.dataset.count, { chosen: figures.format(many) });
  }
  words.classList.toggle("over", over);
  bar?.classList.toggle("over", over);
}

form.querySelector("[data-add-up]").hidden = true;
form.addEventListener("input", addUp);
addUp();
