// Follows a long job without reloading. Without this file the page reloads itself every few seconds.
const box = document.querySelector("[data-live]");

if (box && window.EventSource) {
  const bar = box.querySelector("progress");
  const said = box.querySelector("[data-said]");
  const parts = box.querySelector("[data-percent]");
  const source = new EventSource(box.dataset.live);

  source.addEventListener("work", (event) => {
    const work = JSON.parse(event.data);
    if (work.state === "done" && work.result) {
      source.close();
      window.location.replace(work.result);
    } else if (work.state === "done" || work.state === "failed") {
      source.close();
      window.location.reload(); // the server has the words for it
    } else {
      show(work);
    }
  });

  function show(work) {
    if (said.textContent !== work.said && work.said) {
      said.textContent = work.said;
    }
    if (work.all > 0) {
      bar.value = work.percent;
      parts.textContent = `${work.percent}%`;
    }
  }
}
