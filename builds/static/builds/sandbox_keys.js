// The sandbox by keyboard: where the focus begins, Ctrl+Enter (Cmd+Enter) to ask, Escape to and fro between the answer
// and the field that was typed in last, single keys to copy, to add a file and to choose the stack, and what copying does.
// Single keys and Escape are silent when shortcuts are switched off (data-keys="off"), single keys inside fields too.
"use strict";
(() => {
  const form = document.querySelector("[data-sandbox]");
  if (!form) return;
  const KEPT = "sandbox-typed-in";
  const answer = document.getElementById("answer");
  const hasKeys = document.documentElement.dataset.keys !== "off";
  const isMac = /^Mac|^iP/.test(navigator.platform);
  const isField = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]");
  let isSuggesting = false; // a list of names may hang open below the field; Escape closes it first

  document.querySelectorAll("[data-key-hint]").forEach((hint) => { hint.hidden = false; });
  if (isMac) document.querySelectorAll("[data-modifier]").forEach((key) => { key.textContent = "⌘"; });

  // A field is remembered by its file's name, since rows move when the page is made anew.
  function note(field) {
    if (!field.id || field.type === "file") return;
    const name = field.closest("[data-file]")?.querySelector("[name=name]").value;
    const caret = field.selectionStart ?? null;
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ id: field.id, part: field.name, name, caret }));
    } catch {
      // Storage is full or forbidden: the answer's own way back is used instead.
    }
  }

  function noted() {
    let last = null;
    try {
      last = JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      return null;
    }
    if (!last) return null;
    const rows = Array.from(form.querySelectorAll("[data-file]"));
    const row = last.name && rows.find((each) => each.querySelector("[name=name]").value === last.name);
    const field = row ? row.querySelector(`[name="${last.part}"]:not([type=hidden])`) : !last.name && document.getElementById(last.id);
    return field && form.contains(field) ? { field, caret: last.caret } : null;
  }

  function goBack() {
    const last = noted();
    const target = document.querySelector("[data-back]")?.hash.slice(1);
    const field = last?.field || (target && document.getElementById(target)) || form.querySelector("[aria-invalid], [name=name]");
    field.focus();
    if (last?.caret != null && field.setSelectionRange) field.setSelectionRange(last.caret, last.caret);
    field.scrollIntoView({ block: "nearest" });
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const text = source.href || source.value;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // no permission, or no https: the old way works on what is selected
      const field = document.createElement("textarea");
      const before = document.activeElement;
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      before?.focus();
    }
    document.querySelector("[data-copied]").textContent = button.dataset.done;
    document.querySelectorAll("[data-copy].is-done").forEach((other) => other.classList.remove("is-done"));
    button.classList.add("is-done");
  }

  function pressed(key) {
    const button = document.querySelector(`[data-copy-key="${CSS.escape(key)}"]`);
    if (button) copy(button);
    else if (key === "n") form.querySelector("[data-more]").click();
    else if (key === "s") document.getElementById("stack").focus();
    return Boolean(button) || key === "n" || key === "s";
  }

  function escaped(target) {
    if (!isField(target)) return answer || form.contains(target) || target === document.getElementById("main") ? goBack() : undefined;
    if (isSuggesting) isSuggesting = false;
    else (answer || document.getElementById("main")).focus();
  }

  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
  form.addEventListener("focusout", (event) => { if (isField(event.target)) note(event.target); });
  form.addEventListener("focusin", () => { isSuggesting = false; });
  form.addEventListener("input", (event) => { isSuggesting = Boolean(event.target.list); });
  form.addEventListener("submit", () => { if (isField(document.activeElement)) note(document.activeElement); });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const hasModifier = event.ctrlKey || event.metaKey;
    if (event.key === "Enter" && hasModifier && form.contains(event.target)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-ask]"));
    } else if (!hasKeys || hasModifier || event.altKey) {
      return;
    } else if (event.key === "Escape") {
      escaped(event.target);
    } else if (!isField(event.target) && pressed(event.key)) {
      event.preventDefault();
    }
  });

  // Browsers move the focus to an address's target; where one doesn't, the answer still gets it. The first field gets
  // it before the first question, but not where that would bring up a phone's keyboard.
  const isIdle = document.activeElement === document.body;
  if (answer && location.hash === "#answer" && isIdle) answer.focus();
  else if (!answer && !location.hash && isIdle && matchMedia("(hover: hover) and (pointer: fine)").matches) {
    form.querySelector("[name=name]").focus({ preventScroll: true });
  }
})();
