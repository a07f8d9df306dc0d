// The build page beyond what it does without a script: follows a running build, walks error lines, marks ranges of
// lines, wraps. Everything it adds is hidden until it runs.
"use strict";
(() => {
  const page = document.getElementById("build");
  if (!page) return;
  const POLL_MS = 1000;
  const state = { wrap: false, follow: true, error: -1, from: 0, y: 0 };

  const $ = (selector) => page.querySelector(selector);
  const all = (selector) => Array.from(page.querySelectorAll(selector));

  function dress() {
    const tools = $("[data-log-tools]");
    if (!tools) return;
    const errors = all(".log li.is-error");
    tools.hidden = all(".log").length === 0;
    const next = $("[data-next-error]");
    next.hidden = errors.length === 0;
    $("[data-error-count]").textContent = errors.length;
    $("[data-wrap]").setAttribute("aria-pressed", state.wrap);
    all(".log").forEach((log) => log.classList.toggle("is-wrapped", state.wrap));
    const follow = $("[data-follow]");
    if (follow) follow.setAttribute("aria-pressed", state.follow);
  }

  // Where a line stands that is not on this page; the server knows.
  const lineAddress = (number, query) => page.dataset.lines.replace("/0/", `/${number}/`) + query;

  function openStepOf(line) {
    const step = line.closest("details");
    if (step) step.open = true;
  }

  function showNextError() {
    const errors = all(".log li.is-error");
    if (state.error + 1 >= errors.length && page.dataset.lines && page.dataset.first) {
      const shown = all(".log li");
      const last = shown.length ? Number(shown[shown.length - 1].id.slice(1)) : 0;
      location.assign(lineAddress(last, "?error=1"));
      return;
    }
    if (!errors.length) return;
    state.error = (state.error + 1) % errors.length;
    state.follow = false;
    const line = errors[state.error];
    openStepOf(line);
    location.hash = line.id;
    line.scrollIntoView({ block: "center" });
    dress();
  }

  function markRange() {
    all(".is-marked").forEach((line) => line.classList.remove("is-marked"));
    const found = location.hash.match(/^#L(\d+)(?:-L(\d+))?$/);
    if (!found) return;
    const first = Number(found[1]);
    const last = Math.min(Number(found[2] || first), first + 5000);
    for (let number = first; number <= last; number += 1) {
      const line = document.getElementById(`L${number}`);
      if (!line) continue;
      line.classList.add("is-marked");
      openStepOf(line);
    }
    const start = document.getElementById(`L${first}`);
    if (start) start.scrollIntoView({ block: "center" });
    else if (page.dataset.lines) location.replace(lineAddress(first, last > first ? `?to=${last}` : ""));
    state.from = first;
  }

  page.addEventListener("click", (event) => {
    const number = event.target.closest(".log a.no");
    if (number && event.shiftKey && state.from) {
      event.preventDefault();
      const to = Number(number.dataset.n);
      history.replaceState(null, "", `#L${Math.min(state.from, to)}-L${Math.max(state.from, to)}`);
      const kept = state.from;
      markRange();
      state.from = kept;
    } else if (event.target.closest("[data-next-error]")) {
      showNextError();
    } else if (event.target.closest("[data-wrap]")) {
      state.wrap = !state.wrap;
      dress();
    } else if (event.target.closest("[data-expand]")) {
      const closed = all("details.step:not([open])");
      (closed.length ? closed : all("details.step")).forEach((step) => { step.open = closed.length > 0; });
    } else if (event.target.closest("[data-follow]")) {
      state.follow = !state.follow;
      dress();
      if (state.follow) toEnd();
    }
  });

  document.addEventListener("keydown", (event) => {
    const isField = event.target.closest("input, textarea, select, [contenteditable]");
    if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.documentElement.dataset.keys === "off") return;
    if (event.key === "e") showNextError();
  });
  window.addEventListener("hashchange", markRange);
  // By wheel, key, finger or scroll bar alike: whoever goes up wants to read. What this script itself scrolls is noted in
  // `state.y` at once, so its own scrolling is never taken for a person's.
  window.addEventListener("scroll", () => {
    const isUp = window.scrollY < state.y;
    state.y = window.scrollY;
    if (isUp && state.follow) { state.follow = false; dress(); }
  }, { passive: true });

  function toEnd() {
    const lines = all("details[open] .log li");
    if (lines.length) lines[lines.length - 1].scrollIntoView({ block: "nearest", behavior: "instant" });
    state.y = window.scrollY;
  }

  // The last line may have been shown half printed, so the server is always asked for it again.
  function lastNumber() {
    const logs = all(".log[data-step]");
    const log = logs[logs.length - 1];
    if (!log) return 0;
    const line = log.lastElementChild;
    return line ? Number(line.id.slice(1)) - 1 : Number(log.dataset.from) - 1;
  }

  function append(fragment) {
    fragment.querySelectorAll("ol[data-step]").forEach((part) => {
      const log = all(".log[data-step]").find((candidate) => candidate.dataset.step === part.dataset.step);
      if (!log) return;
      Array.from(part.children).forEach((line) => {
        const old = document.getElementById(line.id);
        if (!old) log.append(line);
        else if (old.parentElement === log) old.replaceWith(line);
      });
    });
  }

  async function refreshPage() {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("build");
    if (!fresh) return;
    const isOpen = new Map(all("details.step").map((step) => [step.id, step.open]));
    page.replaceChildren(...fresh.childNodes);
    ["fingerprint", "live"].forEach((name) => {
      if (name in fresh.dataset) page.dataset[name] = fresh.dataset[name];
      else delete page.dataset[name];
    });
    all("details.step").forEach((step) => { if (isOpen.get(step.id)) step.open = true; });
    state.y = window.scrollY;  // a page that became shorter moved by itself
  }

  async function poll() {
    try {
      const answer = await fetch(`${page.dataset.live}?after=${lastNumber()}`);
      if (answer.ok && !answer.redirected) {
        append(new DOMParser().parseFromString(await answer.text(), "text/html"));
        if (answer.headers.get("X-Build") !== page.dataset.fingerprint) await refreshPage();
        dress();
        if (state.follow) toEnd();
      } else if (answer.status === 403 || answer.redirected) {
        return;
      }
    } catch {
      // The portal is away for the moment; the next poll finds out whether it is back.
    }
    if (page.dataset.live) setTimeout(poll, document.hidden ? 5 * POLL_MS : POLL_MS);
  }

  dress();
  markRange();
  if (page.dataset.live) setTimeout(poll, POLL_MS);
})();
