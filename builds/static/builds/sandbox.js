// The sandbox's files beyond what works without a script: files and folders that are dropped or chosen become rows, and
// rows come and go in place, the last one removed also back.
"use strict";
(() => {
  const form = document.querySelector("[data-sandbox]");
  if (!form) return;
  const MAX_ROOT_ENTRIES = 2000;
  const MAX_SAID = 12; // names that are read out after a drop
  const maxBytes = Number(form.dataset.maxBytes);
  const list = form.querySelector("[data-files]");
  const names = form.querySelector("#names");
  const status = form.querySelector("[data-status]");
  const read = new Set(form.dataset.read.split(" "));
  const nested = form.dataset.nested.split(" ").filter(Boolean);
  let next = Number(form.dataset.next);

  form.querySelector("[data-drop-hint]").hidden = false;
  form.querySelector("[data-ask-hint]").hidden = false;
  form.querySelectorAll("[data-folder]").forEach((part) => { part.hidden = false; });

  function addRow() {
    const blank = form.querySelector("[data-blank]").innerHTML;
    list.insertAdjacentHTML("beforeend", blank.replaceAll("NEW", String(next)).replaceAll("NUMBER", String(next + 1)));
    next += 1;
    return list.lastElementChild;
  }

  const rows = () => Array.from(list.querySelectorAll("[data-file]"));
  const isEmpty = (row) => !row.querySelector("[name=name]").value && !row.querySelector("[name=content]").value;
  const emptyRow = () => rows().find(isEmpty) || addRow();
  const rowOf = (name) => rows().find((row) => row.querySelector("[name=name]").value === name);

  // A file takes the row of its name, where there is one, in place.
  async function addFile(name, file) {
    const bytes = file.size > maxBytes ? null : new Uint8Array(await file.arrayBuffer());
    const old = rowOf(name);
    const row = old ? addRow() : emptyRow();
    if (old) old.replaceWith(row);
    row.querySelector("[name=name]").value = name;
    if (!bytes) return refuse(row, name, file.size);
    let text = "\0";
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not UTF-8, so it travels as base64 below.
    }
    if (/[\0\r]/.test(text)) return keepBytes(row, bytes);
    const field = row.querySelector("[name=content]");
    field.value = text;
    field.rows = Math.min(Math.max(text.split("\n").length, 2), 12);
  }

  // In place of the text field: what is carried beside it, and a sentence on why.
  function carry(row, kind, value, sentence) {
    const field = row.querySelector("[name=content]");
    const carrier = document.createElement("input");
    carrier.type = "hidden";
    carrier.name = "content";
    carrier.value = value;
    row.querySelector("[name=form]").value = kind;
    row.querySelector(".sandbox-content label")?.remove();
    field.replaceWith(sentence, carrier);
  }

  // A text field would change these bytes.
  function keepBytes(row, bytes) {
    let binary = "";
    bytes.forEach((byte) => { binary += String.fromCharCode(byte); });
    const sentence = document.createElement("p");
    sentence.className = "hint";
    sentence.textContent = form.dataset.kept.replace("0", String(bytes.length));
    carry(row, "base64", btoa(binary), sentence);
  }

  // Nothing as large is read: said at once, and again by the server for as long as the row is there.
  function refuse(row, name, size) {
    const sentence = form.querySelector("[data-large-blank]").content.firstElementChild.cloneNode(true);
    const field = row.querySelector("[name=name]");
    sentence.id = `${field.id}-error`;
    sentence.firstElementChild.textContent = form.dataset.tooLarge.replace("{name}", () => name).replace("{size}", String(size));
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", sentence.id);
    carry(row, "too-large", String(size), sentence);
  }

  function addNames(added) {
    const lines = new Set(names.value.split("\n").filter(Boolean));
    added.forEach((name) => lines.add(name));
    names.value = Array.from(lines).join("\n");
  }

  const fileOf = (entry) => new Promise((done, failed) => { entry.file(done, failed); });

  // All files below a dropped folder, by their paths in it, as far as detection asks for them: the root's, and those
  // few further down whose existence counts.
  async function filesIn(folder, path, found) {
    const reader = folder.createReader();
    const some = () => new Promise((done, failed) => { reader.readEntries(done, failed); });
    for (let entries = await some(); entries.length && found.size < MAX_ROOT_ENTRIES; entries = await some()) {
      for (const entry of entries) {
        const inner = path + entry.name;
        found.set(entry.isDirectory ? `${inner}/` : inner, entry);
        if (entry.isDirectory && nested.some((name) => name.startsWith(`${inner}/`))) await filesIn(entry, `${inner}/`, found);
      }
    }
    return found;
  }

  // Of an app's root: all names, and the contents of those files that detection reads. `found` maps a path to what
  // gives its file.
  async function addRoot(found, fileFrom) {
    const listed = [];
    for (const [path, source] of found) {
      if (read.has(path)) await addFile(path, await fileFrom(source));
      else if (path.endsWith("/") || !path.includes("/") || nested.includes(path)) listed.push(path);
    }
    addNames(listed);
    return [...Array.from(found.keys()).filter((path) => read.has(path)), ...listed];
  }

  // One folder alone is an app's root; folders among files lie in it.
  async function take(transfer) {
    const entries = Array.from(transfer.items || []).map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const folders = entries.filter((entry) => entry.isDirectory);
    const files = Array.from(transfer.files).filter((file) => !folders.some((folder) => folder.name === file.name));
    if (folders.length === 1 && !files.length) return taken(await addRoot(await filesIn(folders[0], "", new Map()), fileOf));
    addNames(folders.map((folder) => `${folder.name}/`));
    for (const file of files) await addFile(file.name, file);
    return taken([...files.map((file) => file.name), ...folders.map((folder) => `${folder.name}/`)]);
  }

  function taken(added) {
    const more = added.length > MAX_SAID ? ", …" : "";
    status.textContent = `${form.dataset.added} ${added.slice(0, MAX_SAID).join(", ")}${more}`;
    form.querySelector("[data-ask]").focus();
  }

  function restore(gone) {
    gone.replaceWith(gone.row);
    gone.row.querySelector("[name=name]").focus();
    status.textContent = form.dataset.restored;
  }

  // The row's place is taken by a way to bring it back, which has the focus: Enter undoes, Tab goes on.
  function remove(row) {
    const near = row.nextElementSibling || row.previousElementSibling;
    if (isEmpty(row)) {
      row.remove();
      (near?.querySelector("[name=name], [data-undo]") || addRow().querySelector("[name=name]")).focus();
      return;
    }
    list.querySelectorAll("[data-gone]").forEach((old) => old.remove());
    const gone = form.querySelector("[data-gone-blank]").content.firstElementChild.cloneNode(true);
    gone.querySelector("[data-gone-name]").textContent = row.querySelector("[name=name]").value || row.querySelector("label").textContent;
    gone.row = row;
    row.replaceWith(gone);
    if (!rows().length) addRow();
    gone.querySelector("[data-undo]").focus();
    status.textContent = form.dataset.removed;
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
    const files = Array.from(event.target.files);
    for (const file of files) await addFile(file.name, file);
    event.target.value = "";
    if (files.length) taken(files.map((file) => file.name));
  });
  form.querySelector("#folder").addEventListener("change", async (event) => {
    const found = new Map();
    for (const file of Array.from(event.target.files)) {
      const path = file.webkitRelativePath.split("/").slice(1);
      if (path.length > 1 && found.size < MAX_ROOT_ENTRIES) found.set(`${path[0]}/`, null);
      if (path.length === 1 || nested.includes(path.join("/"))) found.set(path.join("/"), file);
    }
    event.target.value = "";
    if (found.size) taken(await addRoot(found, (file) => file));
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove], [data-more], [data-undo]");
    const gone = button?.closest("[data-gone]");
    if (!button || (gone && !gone.row)) return; // one that the server removed, the server puts back
    event.preventDefault();
    if (gone) restore(gone);
    else if ("remove" in button.dataset) remove(button.closest("[data-file]"));
    else addRow().querySelector("[name=name]").focus();
  });
})();
