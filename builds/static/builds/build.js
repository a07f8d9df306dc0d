// The build page beyond what it does without a script: follows a running build, walks error lines, marks ranges of
// lines, wraps, shows times. What only works with it is hidden until it runs; what is a link stays one without it.
"use strict";
(() => {
  const page = document.getElementById("build");
  if (!page) return;
  const POLL_MS = 1000;
  const state = {
    wrap: false, follow: true, error: Number(page.dataset.error || 0), from: 0, y: 0, isAsking: false, follows: 0,
  };

  const $ = (selector) => page.querySelector(selector);
  const all = (selector) => Array.from(page.querySelectorAll(selector));

  function dress() {
    const tools = $("[data-log-tools]");
    if (!tools) return;
    tools.hidden = all(".log").length === 0;
    $("[data-wrap]").setAttribute("aria-pressed", state.wrap);
    all(".log").forEach((log) => log.classList.toggle("is-wrapped", state.wrap));
    const follow = $("[data-follow]");
    if (follow) follow.setAttribute("aria-pressed", state.follow);
  }

  // Where a line stands that is not on this page; the server knows.
  function lineAddress(number, query) {
    const words = page.dataset.times ? [query, "times=1"].filter(Boolean) : [query].filter(Boolean);
    return page.dataset.lines.replace("/0/", `/${number}/`) + (words.length ? `?${words.join("&")}` : "");
  }

  function openStepOf(line) {
    const step = line.closest("details");
    if (step) step.open = true;
  }

  function announce(text) {
    const place = $("[data-announce]");
    if (place) place.textContent = text;
  }

  // Error lines lie where this page may show nothing, so the server is asked for each; it knows how many there are.
  async function showError(isBack) {
    if (!page.dataset.errors || state.isAsking) return;
    state.isAsking = true;
    const first = Number(page.dataset.first || 1);
    const from = state.error || state.from || (isBack ? first : first - 1);
    const follows = state.follows;
    try {
      const query = new URLSearchParams({ [isBack ? "before" : "after"]: from });
      if (page.dataset.times) query.set("times", "1");
      const answer = await fetch(`${page.dataset.errors}?${query}`);
      if (!answer.ok || answer.redirected) { location.assign(lineAddress(from, `error=${isBack ? -1 : 1}`)); return; }
      const found = await answer.json();
      if (follows !== state.follows) return;  // somebody chose to follow meanwhile, and the later wish counts
      if (found.number === null) { announce(found.text); return; }
      const line = document.getElementById(`L${found.number}`);
      if (!line) { location.assign(found.url); return; }
      state.error = found.number;
      state.follow = false;
      openStepOf(line);
      if (location.hash === `#${line.id}`) line.scrollIntoView({ block: "center" });
      else location.hash = line.id;  // which marks the line and goes there
      announce(found.text);
      dress();
    } catch {
      announce("");  // the portal is away for the moment; the next key press tries again
    } finally {
      state.isAsking = false;
    }
  }

  // The same page with or without times: the place in it stays, and so does what follows a running build.
  async function toggleTimes(link) {
    const address = new URL(link.href);
    address.hash = location.hash;
    history.replaceState(null, "", address);
    if (address.searchParams.get("times") === "1") page.dataset.times = "1";
    else delete page.dataset.times;
    const hadFocus = document.activeElement === link;
    await refreshPage();
    dress();
    if (hadFocus) $("[data-times-toggle]").focus({ preventScroll: true });
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
    else if (page.dataset.lines) location.replace(lineAddress(first, last > first ? `to=${last}` : ""));
    state.from = first;
    if (state.error && state.error !== first) state.error = 0;  // somebody went elsewhere; the walk goes on from there
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
    } else if (event.target.closest("[data-next-error], [data-previous-error]")) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      showError(Boolean(event.target.closest("[data-previous-error]")));
    } else if (event.target.closest("[data-times-toggle]")) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      toggleTimes(event.target.closest("[data-times-toggle]"));
    } else if (event.target.closest("[data-wrap]")) {
      state.wrap = !state.wrap;
      dress();
    } else if (event.target.closest("[data-expand]")) {
      const closed = all("details.step:not([open])");
      (closed.length ? closed : all("details.step")).forEach((step) => { step.open = closed.length > 0; });
    } else if (event.target.closest("[data-follow]")) {
      state.follow = !state.follow;
      state.follows += 1;
      dress();
      if (state.follow) toEnd();
    }
  });

  document.addEventListener("keydown", (event) => {
    const isField = event.target.closest("input, textarea, select, [contenteditable]");
    if (isField || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.documentElement.dataset.keys === "off") return;
    if (event.key === "e" || event.key === "E") showError(event.key === "E");
    if (event.key === "t" && $("[data-times-toggle]")) toggleTimes($("[data-times-toggle]"));
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
    const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
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
      const answer = await fetch(`${page.dataset.live}?after=${lastNumber()}${page.dataset.times ? "&times=1" : ""}`);
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
