// Passkeys: sign in with one, use one as the second step, add one. Without scripts the page says what to do instead.

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const described = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make(options) {
  const found = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return {
    ...common(found),
    response: {
      clientDataJSON: toText(found.response.clientDataJSON),
      attestationObject: toText(found.response.attestationObject),
      transports: found.response.getTransports ? found.response.getTransports() : [],
    },
  };
}

async function use(options) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  return {
    ...common(found),
    response: {
      clientDataJSON: toText(found.response.clientDataJSON),
      authenticatorData: toText(found.response.authenticatorData),
      signature: toText(found.response.signature),
      userHandle: found.response.userHandle ? toText(found.response.userHandle) : null,
    },
  };
}

const common = (found) => ({
  type: found.type,
  id: found.id,
  rawId: toText(found.rawId),
  authenticatorAttachment: found.authenticatorAttachment || null,
  clientExtensionResults: found.getClientExtensionResults(),
});

async function optionsFor(form) {
  if (form.dataset.passkey === "sign-in") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return (await answer.json()).request_options.publicKey;
  }
  const given = JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent);
  return (given.creation_options || given.request_options).publicKey;
}

// A passkey belongs to a name, so an address of digits (127.0.0.1) cannot have one.
const able = window.PublicKeyCredential && window.isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const part = (name) => form.querySelector(`[data-passkey-${name}]`);
  part("without").hidden = true;
  part(able ? "ready" : "unable").hidden = false;
  part("go").addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.setAttribute("aria-busy", "true");
    part("problem").hidden = true;
    try {
      const options = await optionsFor(form);
      const credential = await (form.dataset.passkey === "add" ? make(options) : use(options));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      button.removeAttribute("aria-busy");
      part("problem").hidden = false;
    }
  });
}
