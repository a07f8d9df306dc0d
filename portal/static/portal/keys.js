/* Keyboard shortcuts, all written in the page: the dialog #keys lists them, and each entry says what it does.
   [data-key="g b"][data-href] goes somewhere; "/" focuses the page's search field, or goes to its entry's address.
   Nothing is heard while typing in a field, with a modifier held, or when shortcuts are switched off (data-keys="off"). */
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  if (!dialog || document.documentElement.dataset.keys === "off") return;
  const pauseAfterMs = 1000;
  let first = "";
  let firstAt = 0;

  const isTyping = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]");
  const go = (key) => {
    const entry = dialog.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (entry?.dataset.href) location.assign(entry.dataset.href);
    return Boolean(entry);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (dialog.open) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (event.key === "/") {
      event.preventDefault();
      const field = document.querySelector("main input[type=search], main input[name=q]");
      if (field) field.focus();
      else go("/");
    } else if (first === "g" && Date.now() - firstAt < pauseAfterMs) {
      first = "";
      if (go(`g ${event.key}`)) event.preventDefault();
    } else {
      first = event.key;
      firstAt = Date.now();
    }
  });
})();
