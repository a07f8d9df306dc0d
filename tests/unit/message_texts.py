"""Every message as people read it, written out for a golden file.

    python -m tests.unit.message_texts > tests/unit/message_texts.txt

Run it after changing a message, and read the difference: it is what developers are going to be told.
"""

from collections.abc import Iterator
from string import Formatter

from builds.domain.messages.traces import TRACE_TEXTS, trace_text
from builds.domain.trace import TraceEntry, Verdict
from portal.messages import ALL
from versions.domain.messages import Explanation, fill

# Facts as they occur; others stand for themselves. A message is shown with all of its facts, then with none.
FACTS: dict[str, object] = {
    "arch": "amd64", "code": "python-version::eol", "count": 3, "current": "succeeded", "default_series": "3.13",
    "default_stack": "scalingo-26", "detail": "3.12.1", "encoding": "UTF-16 (little-endian)", "eol_on": "2026-10-31",
    "expected": "aaaa", "expires_at": "2026-07-01T00:00:00Z", "field": "colour", "files": "Pipfile.lock, uv.lock",
    "folder": ".venv", "found": "python3", "id": 1998, "limit_bytes": 65536, "line": "python3",
    "manager": "pip", "managers": "pipenv, uv", "name": "python-version", "names": "README.md, main.py",
    "newest": "3.12.13", "number": 7, "offered": "3.14, 3.13", "offset": 299, "oldest": "3.10",
    "origin": ".python-version", "other_stacks": "scalingo-20", "previous": "3.12.1",
    "problem": "line 1, column 8: Expecting value", "reason": "broken ssl module", "removed_on": "2027-01-06",
    "scope": "builds:write", "series": "3.12", "sha256": "bbbb", "size_bytes": 70000, "stack": "scalingo-24",
    "status": "yanked", "step": "pre_compile", "subject": "runtime.txt", "supported_until": "2025-04-30",
    "version": "3.12.1", "versions": "3.12, 3.13", "wanted": "running",
}  # fmt: skip


def sections() -> dict[str, str]:
    """The text of each message, by its code; of each trace sentence, by its reason."""
    messages = {code: "\n".join(_message(code)) for code in sorted(ALL)}
    traces = {f"trace {reason}": f"  {_trace(reason)}" for reason in sorted(TRACE_TEXTS)}
    return messages | traces


def _message(code: str) -> Iterator[str]:
    explanation = ALL[code]
    yield f"  {explanation.blame}{'' if explanation.status is None else f', {explanation.status}'}"
    full, bare = fill(explanation, _facts_of(explanation)), fill(explanation, {})
    for label in ("title", "text", "advice", "staff_text"):
        yield f"  {label}: {getattr(full, label)}"
        if getattr(full, label) != getattr(bare, label):
            yield f"  {label} without facts: {getattr(bare, label)}"


def _facts_of(explanation: Explanation) -> dict[str, object]:
    texts = (explanation.title, explanation.text, explanation.advice, explanation.staff_text)
    names = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return {name: FACTS.get(name, f"<{name}>") for name in names}


def _trace(reason: str) -> str:
    entry = next(entry for entry in TRACE_TEXTS if entry == reason)
    facts = {name: str(value) for name, value in FACTS.items() if name != "subject"}
    return trace_text(TraceEntry(str(FACTS["subject"]), Verdict.TAKEN, entry, facts))


if __name__ == "__main__":
    print("\n\n".join(f"{name}\n{text}" for name, text in sections().items()))
