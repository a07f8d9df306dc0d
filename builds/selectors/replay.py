"""A build's question put to today's table, and the revision that made the difference."""

from dataclasses import dataclass
from functools import lru_cache

from builds.domain.replay import NoReplay, Outcome, Question, question_of, recorded_outcome, replay
from builds.selectors.build_story import BuildStory
from versions.domain.refusals import Refusal
from versions.selectors import PublishedTable, RevisionRow, published_table, revision_rows
from versions.selectors.past_tables import past_table

# Revisions that are looked at one by one, so that of several changes the last is found; older ones are bisected.
NEWEST_REVISIONS = 30
_KEPT_OUTCOMES = 4096  # a few words each; revisions never change, so nothing has to be expired


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer `then` beside the one of today's revision `number`. `question` says why when there is none."""

    question: Question | NoReplay
    then: Outcome
    now: Outcome | None
    number: int | None

    @property
    def is_same(self) -> bool:
        return self.then == self.now


@dataclass(frozen=True, slots=True)
class Turn:
    """The revision since which the answer is today's."""

    revision: RevisionRow
    before: Outcome

    @property
    def previous_number(self) -> int:
        return self.revision.number - 1


def replayed_today(story: BuildStory) -> Replay:
    """One query: today's table is kept in the process."""
    question = question_of(story.detection, stack=story.row.stack, arch=story.arch, ruleset=story.ruleset)
    then = recorded_outcome(story.detection)
    today = _today()
    if isinstance(question, NoReplay) or today is None:
        return Replay(question, then, None, today.number if today else None)
    return Replay(question, then, replay(question, today.table), today.number)


def turning_revision(answered: Replay, *, since: int) -> Turn | None:
    """The newest revision after `since` whose predecessor answered otherwise than it does; None when none did.

    At most `NEWEST_REVISIONS` + 2 log2(all) queries the first time, a few when the outcomes are still known.
    """
    if isinstance(answered.question, NoReplay) or answered.now is None or answered.number is None:
        return None
    later = answered.number
    for row in revision_rows(before=later, limit=NEWEST_REVISIONS):
        if row.number < since:
            return None
        before = _outcome(row.number, row.digest, answered.question)
        if before != answered.now:
            return Turn(_row(later), before)
        later = row.number
    return _bisected(answered.question, answered.now, since, later)


def _bisected(question: Question, now: Outcome, since: int, later: int) -> Turn | None:
    """A turn between `since` and `later`, of which `later` is known to answer as today."""
    if since >= later:
        return None
    earlier, before = since, _outcome_of(since, question)
    if before == now:
        return None
    while later - earlier > 1:
        middle = (earlier + later) // 2
        found = _outcome_of(middle, question)
        if found == now:
            later = middle
        else:
            earlier, before = middle, found
    return Turn(_row(later), before)


def _today() -> PublishedTable | None:
    try:
        return published_table()
    except Refusal:
        return None


def _row(number: int) -> RevisionRow:
    return revision_rows(before=number + 1, limit=1)[0]


def _outcome_of(number: int, question: Question) -> Outcome:
    row = _row(number)
    return _outcome(row.number, row.digest, question)


@lru_cache(maxsize=_KEPT_OUTCOMES)
def _outcome(number: int, _digest: str, question: Question) -> Outcome:
    """The digest is part of the key, because a number that was rolled back with its transaction is given again."""
    return replay(question, past_table(number))
