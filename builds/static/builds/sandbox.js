// The sandbox beyond what it does without a script: files dropped on the form become rows, rows come and go in place,
// Ctrl+Enter (Cmd+Enter) asks, and the answer's text can be copied.
"use strict";
(() => {
  const form = document.querySelector("[data-sandbox]");
  if (!form) return;
  const MAX_ROOT_ENTRIES = 2000;
  const MAX_BYTES = 1024 * 1024; // no honest version file comes near it
  const list = form.querySelector("[data-files]");
  const names = form.querySelector("#names");
  const read = new Set(form.dataset.read.split(" "));
  let next = Number(form.dataset.next);

  form.querySelector("[data-drop-hint]").hidden = false;
  form.querySelector("[data-ask-hint]").hidden = false;

  function addRow() {
    const blank = form.querySelector("[data-blank]").innerHTML;
    list.insertAdjacentHTML("beforeend", blank.replaceAll("NEW", String(next)).replaceAll("NUMBER", String(next + 1)));
    next += 1;
    return list.lastElementChild;
  }

  function emptyRow() {
    const isEmpty = (row) => !row.querySelector("[name=name]").value && !row.querySelector("[name=content]").value;
    return Array.from(list.children).find(isEmpty) || addRow();
  }

  function rowOf(name) {
    return Array.from(list.children).find((row) => row.querySelector("[name=name]").value === name);
  }

  async function addFile(name, file) {
    const bytes = new Uint8Array(await file.slice(0, MAX_BYTES).arrayBuffer());
    const old = rowOf(name);
    if (old) old.remove();
    const row = emptyRow();
    row.querySelector("[name=name]").value = name;
    let text = "\0";
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not UTF-8, so it travels as base64 below.
    }
    if (/[\0\r]/.test(text)) keepBytes(row, bytes);
    else row.querySelector("[name=content]").value = text;
  }

  // A text field would change these bytes, so they are carried beside it.
  function keepBytes(row, bytes) {
    let binary = "";
    bytes.forEach((byte) => { binary += String.fromCharCode(byte); });
    const field = row.querySelector("[name=content]");
    const carrier = document.createElement("input");
    carrier.type = "hidden";
    carrier.name = "content";
    carrier.value = btoa(binary);
    const note = document.createElement("p");
    note.className = "hint";
    note.textContent = form.dataset.kept.replace("0", String(bytes.length));
    row.querySelector("[name=form]").value = "base64";
    field.before(note, carrier);
    field.remove();
  }

  function addName(name) {
    const lines = names.value.split("\n").filter(Boolean);
    if (!lines.includes(name)) names.value = [...lines, name].join("\n");
  }

  const fileOf = (entry) => new Promise((done, failed) => { entry.file(done, failed); });

  // Of a folder: its root's names, and the contents of those files that detection reads.
  async function addFolder(folder) {
    const reader = folder.createReader();
    const some = () => new Promise((done, failed) => { reader.readEntries(done, failed); });
    let count = 0;
    for (let entries = await some(); entries.length && count < MAX_ROOT_ENTRIES; entries = await some()) {
      count += entries.length;
      for (const entry of entries) {
        if (entry.isDirectory) addName(`${entry.name}/`);
        else if (read.has(entry.name)) await addFile(entry.name, await fileOf(entry));
        else addName(entry.name);
      }
    }
  }

  async function take(transfer) {
    const entries = Array.from(transfer.items || []).map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const folders = entries.filter((entry) => entry.isDirectory);
    const files = Array.from(transfer.files).filter((file) => !folders.some((folder) => folder.name === file.name));
    for (const folder of folders) await addFolder(folder);
    for (const file of files) await addFile(file.name, file);
    form.querySelector("[data-ask]").focus();
  }

  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  form.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("is-over");
  });
  form.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    form.classList.remove("is-over");
    take(event.dataTransfer);
  });
  form.querySelector("#upload").addEventListener("change", async (event) => {
    for (const file of Array.from(event.target.files)) await addFile(file.name, file);
    event.target.value = "";
  });

  form.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (remove) {
      event.preventDefault();
      const row = remove.closest("[data-file]");
      const near = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (near || addRow()).querySelector("[name=name]").focus();
    } else if (event.target.closest("[data-more]")) {
      event.preventDefault();
      addRow().querySelector("[name=name]").focus();
    }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-ask]"));
  });

  document.querySelectorAll("[data-copy]").forEach((button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      document.querySelector("[data-copied]").textContent = button.dataset.done;
      button.firstChild.textContent = button.dataset.done;
    });
  });

  // Browsers move the focus to an address's target; where one doesn't, the answer still gets it.
  const answer = document.getElementById("answer");
  if (answer && location.hash === "#answer" && document.activeElement === document.body) answer.focus();
})();
