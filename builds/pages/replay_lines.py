"""What a build's question would be answered today, in sentences."""

from django.utils.translation import gettext as _

from builds.domain.replay import NoReplay, Outcome, Question
from builds.selectors.replay import Replay


def outcome_words(outcome: Outcome | None) -> str:
    """An answer in a few words."""
    if outcome is None:
        return ""
    if outcome.failure_code:
        return outcome.title
    if not outcome.version:
        return _("the stack is fit to build on")
    if outcome.is_installable:
        return _("Python %(version)s") % {"version": outcome.version}
    return _("Python %(version)s, listed but not installable") % {"version": outcome.version}


def verdict(replayed: Replay) -> str:
    """One sentence on today's answer beside the one of then."""
    then, now = replayed.then, replayed.now
    if now is None:
        return why_not(replayed.question)
    facts = {"now": outcome_words(now)}
    if replayed.is_same:
        return _("Today the answer would be the same.")
    if now.failure_code and not then.failure_code:
        return _("Today the build would fail: %(now)s.") % facts
    if then.failure_code and now.version:
        return _("Today it would be answered: %(now)s.") % facts
    if then.failure_code and not now.failure_code:
        return _("Today builds are made on the stack; the rest depends on the app's files.")
    return _("Today the answer would be %(now)s.") % facts


def why_not(question: Question | NoReplay) -> str:
    """Why the table cannot be asked again."""
    match question:
        case NoReplay.NOT_DETECTED:
            return _("The builder reported no detection, so there is no question to ask again.")
        case NoReplay.NOT_PYTHON:
            return _("The app was not taken for a Python app, and no table changes that.")
        case NoReplay.FILES_DECIDED:
            return _("The app's own files decided this answer; another table would not have changed it.")
        case NoReplay.NO_REQUEST:
            return _("The builder reported no request that could be asked again.")
        case Question():
            return _("No table is published to ask.")
