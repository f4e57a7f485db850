// Makes handing over a file pleasant: drag and drop, and how much has been sent. Without it the form works as it is.
const form = document.querySelector("form[data-upload]");

if (form && window.FormData && window.DataTransfer) {
  let input = form.querySelector("input[type=file]");
  let words = wrap(input);
  let sending = null;

  function wrap(box) {
    const zone = document.createElement("label");
    zone.className = "drop";
    zone.htmlFor = box.id;
    const said = document.createElement("b");
    said.textContent = form.dataset.drop;
    box.before(zone);
    zone.append(said, box);
    box.addEventListener("change", () => choose(box.files));
    return said;
  }

  function choose(files) {
    if (files.length > 0) {
      words.textContent = `${form.dataset.chosen} ${files[0].name}`;
    }
  }

  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, () => form.classList.remove("over"));
  }
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) {
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      choose(input.files);
    }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sending) {
      return;
    }
    const box = form.querySelector(".sending");
    const status = box.querySelector("[role=status]");
    const bar = box.querySelector("progress");
    const limit = Number(form.dataset.limitMb) * 1024 * 1024;
    box.hidden = false;
    if (input.files.length > 0 && input.files[0].size > limit) {
      stop(status, form.dataset.tooLarge);
      return;
    }
    sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", (sent) => {
      if (sent.lengthComputable) {
        bar.value = (100 * sent.loaded) / sent.total;
        status.textContent =
          sent.loaded < sent.total ? `${form.dataset.sending} ${Math.floor(bar.value)}%` : form.dataset.sent;
      }
    });
    sending.addEventListener("load", () => {
      if (sending.status < 400) {
        window.location.assign(sending.responseURL);
      } else {
        show(sending.responseText, status);
      }
    });
    sending.addEventListener("error", () => stop(status, form.dataset.lost));
    sending.open("POST", form.action || window.location.href);
    sending.send(new FormData(form));
  });

  function stop(status, said) {
    status.textContent = said;
    sending = null;
    // After the page's own listener, which marks the button as pressed.
    setTimeout(() => {
      delete form.dataset.sent;
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    });
  }

  // The server's answer takes the place of the form; the chosen file stays chosen.
  function show(text, status) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("form[data-upload]");
    if (!fresh) {
      stop(status, page.querySelector("main")?.textContent.trim() || form.dataset.lost);
      return;
    }
    const files = input.files;
    form.replaceChildren(...fresh.childNodes);
    input = form.querySelector("input[type=file]");
    input.files = files;
    words = wrap(input);
    choose(files);
    delete form.dataset.sent;
    sending = null;
    (form.querySelector(".wrong input, .wrong select") ?? input).focus();
  }
}
