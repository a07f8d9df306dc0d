"""What people are told who edit the registry of apps, one by one or as a list."""

from versions.domain.messages import Blame, Explanation, catalogue

REGISTRY_REFUSALS = catalogue(
    Explanation(
        code="app::invalid",
        blame=Blame.CALLER,
        status=422,
        title="The app's entry won't do",
        text="The entry of {app} was not accepted; each fault is listed. Nothing was changed.",
        staff_text="A text of the entry is too long, holds control characters, or is no address where one is needed.",
        advice="Mend what is listed and save again.",
    ),
    Explanation(
        code="app::changed-meanwhile",
        blame=Blame.CALLER,
        status=409,
        title="Somebody changed this entry in the meantime",
        text="The entry of {app} is no longer the one that you began with. Nothing of yours was saved.",
        staff_text="Another person, a list or the API wrote the entry after the form had been opened.",
        advice="Compare your version with what is there now, and save again if yours still holds.",
    ),
    Explanation(
        code="apps::invalid",
        blame=Blame.CALLER,
        status=422,
        title="Some lines of the list are wrong",
        text="Lines of the list that cannot be taken: {count}. Nothing was changed.",
        staff_text="A list of apps is taken over whole or not at all; each bad line is listed with its number.",
        advice="Mend the lines listed and import the whole list again.",
    ),
    Explanation(
        code="apps::changed-meanwhile",
        blame=Blame.CALLER,
        status=409,
        title="The registry changed after the preview",
        text="Taking the list over would no longer do what the preview showed. Nothing was changed.",
        staff_text="Entries that the list names were made or edited between its preview and its import.",
        advice="Look at the new preview and, if it is what you want, take the list over.",
    ),
    Explanation(
        code="apps::upload-gone",
        blame=Blame.CALLER,
        status=410,
        title="The uploaded list is no longer kept",
        text="An uploaded list is kept for an hour, for the person who uploaded it. Nothing was changed.",
        staff_text="The upload was taken over already, ran out of its hour, or belongs to somebody else.",
        advice="Choose the file again.",
    ),
)
