"""What people are told who write advisories."""

from versions.domain.messages.explanation import Blame, Explanation, catalogue

ADVISORY_REFUSALS = catalogue(
    Explanation(
        code="advisory::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such advisory",
        text="No advisory has the number {id}.",
        staff_text="Advisories are never deleted, only withdrawn, so this number was never given.",
        advice="Look it up in the list of advisories.",
    ),
    Explanation(
        code="advisory::invalid",
        blame=Blame.CALLER,
        status=422,
        title="The advisory won't do",
        text="Places of the advisory that are wrong: {count}. Nothing was saved.",
        staff_text="Every fault is listed with the field that it stands in.",
        advice="Mend what is listed and save again.",
    ),
    Explanation(
        code="advisory::changed-meanwhile",
        blame=Blame.CALLER,
        status=409,
        title="Somebody changed this advisory in the meantime",
        text="{identifier} is no longer as it was when you began. Nothing of yours was saved.",
        staff_text="Another person edited, withdrew or reinstated the advisory after the form had been opened.",
        advice="Compare your version with what is there now, and save again if yours still holds.",
    ),
)
