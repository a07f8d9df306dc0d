// The release page beyond what it does without a script: an upload goes in pieces, with a bar, and goes on after a
// broken connection or when the same file is chosen again; the list of what is coming keeps itself fresh.
"use strict";
(() => {
  const PIECE_BYTES = 4 * 1024 * 1024;
  const REFRESH_MS = 2000;
  const LONGEST_PAUSE_MS = 15000;
  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
  let isUploading = false;

  class Refused extends Error {}

  // The server's answer; a network error or an answer that is no JSON throws something other than Refused.
  async function ask(address, options) {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    const answer = await response.json();
    if (response.status === 416) return { offset: Number(answer.offset) };
    if (!response.ok && response.status !== 503) throw new Refused(answer.message);
    if (!response.ok) throw new Error(answer.message);
    return answer;
  }

  async function send(form, file, show) {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const fields = new FormData(form);
    fields.delete("file");
    fields.set("size", file.size);
    fields.set("label", `${file.name.replaceAll("/", "_").slice(-200)}/${file.size}/${file.lastModified}`);
    let place = null;
    let wait = 500;
    for (;;) {
      try {
        place = await ask(form.dataset.upload, { method: "POST", body: new URLSearchParams(fields) });
        while (place.offset < file.size) {
          show(place.offset, file.size);
          const piece = file.slice(place.offset, place.offset + PIECE_BYTES);
          const headers = { "Upload-Offset": String(place.offset), "X-CSRFToken": token, "Content-Type": "application/octet-stream" };
          const answer = await ask(place.address, { method: "PUT", body: piece, headers });
          place.offset = answer.offset;
          wait = 500;
        }
        show(file.size, file.size);
        return;
      } catch (error) {
        if (error instanceof Refused) throw error;
        show(place ? place.offset : 0, file.size, true);
        await pause(wait);
        wait = Math.min(wait * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  const form = document.querySelector("form[data-upload]");
  if (form) {
    form.addEventListener("submit", async (event) => {
      const file = form.elements.file.files[0];
      if (!file || isUploading) return;
      event.preventDefault();
      isUploading = true;
      const words = form.querySelector("[data-words]").dataset;
      const area = form.querySelector("[data-progress]");
      const trouble = form.querySelector("[data-trouble]");
      const button = form.querySelector("button");
      const show = (done, all, isBroken = false) => {
        area.querySelector("progress").value = (100 * done) / all;
        const shown = `${(done / 1e6).toFixed(1)} / ${(all / 1e6).toFixed(1)} MB`;
        area.querySelector("[data-said]").textContent = isBroken ? words.broken : done === all ? words.checking : shown;
      };
      area.hidden = false;
      trouble.hidden = true;
      button.disabled = true;
      try {
        await send(form, file, show);
        location.assign(`${form.dataset.done}#archives`);
        if (location.pathname === form.dataset.done) location.reload();
      } catch (error) {
        trouble.textContent = error.message;
        trouble.hidden = false;
        area.hidden = true;
        button.disabled = false;
        isUploading = false;
      }
    });
  }

  const list = document.querySelector("[data-refresh]");
  async function keepFresh() {
    let wasOpen = Boolean(list.querySelector("[data-open]"));
    while (wasOpen) {
      await pause(REFRESH_MS);
      if (document.hidden || list.contains(document.activeElement)) continue;
      let text = "";
      try {
        const response = await fetch(list.dataset.refresh, { credentials: "same-origin" });
        if (!response.ok || response.redirected) return;
        text = await response.text();
      } catch {
        continue;
      }
      list.innerHTML = text;
      wasOpen = Boolean(list.querySelector("[data-open]"));
    }
    // The archives above have changed; whoever is filling in a form is left in peace.
    if (!isUploading && !document.querySelector("form :focus")) location.reload();
  }
  if (list && list.querySelector("[data-open]")) keepFresh();
})();
