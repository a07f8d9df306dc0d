"""What people are told who hold an app at a release."""

from versions.domain.messages import Blame, Explanation, catalogue

HOLD_REFUSALS = catalogue(
    Explanation(
        code="hold::invalid",
        blame=Blame.CALLER,
        status=422,
        title="The app cannot be held like this",
        text="The hold of {app} was not accepted; each fault is listed. Nothing was changed.",
        staff_text="A hold names a release that builds of the app can get, a reason, and a last day within a year.",
        advice="Mend what is listed and try again.",
    ),
    Explanation(
        code="hold::changed-meanwhile",
        blame=Blame.CALLER,
        status=409,
        title="Somebody changed the hold in the meantime",
        text="{app} is no longer under the hold that you saw, or it is under one by now. Nothing of yours was saved.",
        staff_text="Another person or the API held the app or let it go after the page had been opened.",
        advice="Look at what holds the app now, and decide again.",
    ),
)
