// Keeps a part of a page as it is now: told by the live lane, or asked for every few seconds where that fails.

const PAUSE = 5000;

/**
 * Follow a part of the page.
 * @param {HTMLElement} part - with data-live (the stream) and data-part (the address of the part alone)
 * @param {(html: string) => void} show - puts what came into the page
 */
export function follow(part, show) {
  let asking = false;
  let again = false;
  let timer = 0;

  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      const answer = await fetch(part.dataset.part, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) show(await answer.text());
    } catch {
      // No network now: the next event or the next round asks again.
    }
    asking = false;
    if (again) {
      again = false;
      ask();
    }
  }

  function poll() {
    if (!timer) timer = setInterval(ask, PAUSE);
  }

  const stream = new EventSource(part.dataset.live);
  stream.onopen = () => {
    clearInterval(timer);
    timer = 0;
  };
  stream.addEventListener("session", ask);
  stream.onerror = poll;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
}
