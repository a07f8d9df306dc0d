"""The form of an outside copy."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from versions.domain.outside import (
    MAX_LOCATION_CHARACTERS,
    MAX_NAME_CHARACTERS,
    CheckEvery,
    CopyEntry,
    OutsideForm,
    location_problem,
)

FORMS = [
    (OutsideForm.DOCUMENTATION.value, _("Documentation page (Markdown)")),
    (OutsideForm.LIST.value, _("List of versions (JSON)")),
    (OutsideForm.LISTING.value, _("Folder listing (HTML, or a bucket's keys)")),
    (OutsideForm.TABLE_DOCUMENT.value, _("Table document (JSON)")),
]
SCHEDULES = [
    (CheckEvery.QUARTER_HOUR.value, _("every 15 minutes")),
    (CheckEvery.HOUR.value, _("every hour")),
    (CheckEvery.SIX_HOURS.value, _("every six hours")),
    (CheckEvery.DAY.value, _("every day")),
    (CheckEvery.WEEK.value, _("every week")),
]


class CopyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=MAX_NAME_CHARACTERS, help_text=_("As the dashboard calls it: docs page.")
    )
    location = forms.CharField(
        label=_("Address or file"),
        max_length=MAX_LOCATION_CHARACTERS,
        help_text=_("An https address on a host of FETCH_HOSTS, or a file in the folder PORTAL_HOME/outside."),
    )
    form = forms.ChoiceField(label=_("Kind"), choices=FORMS)
    stack = forms.ChoiceField(
        label=_("Stack"), required=False, help_text=_("Only where the copy is of one stack and doesn't name it.")
    )
    every = forms.TypedChoiceField(label=_("Check"), choices=SCHEDULES, coerce=int, initial=CheckEvery.HOUR.value)
    is_enabled = forms.BooleanField(label=_("Check it by the clock"), required=False, initial=True)

    def __init__(self, data: Any = None, *, stacks: list[str], entry: CopyEntry | None = None) -> None:
        super().__init__(data, initial=_fields(entry) if entry else {})
        known = dict.fromkeys([*stacks, *([entry.stack] if entry and entry.stack else [])])
        stack = self.fields["stack"]
        assert isinstance(stack, forms.ChoiceField)
        stack.choices = [("", _("all, or those it names")), *((name, name) for name in known)]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise forms.ValidationError(_("Write the name on one line, without control characters."))
        return name

    def clean_location(self) -> str:
        location: str = self.cleaned_data["location"]
        if location_problem(location):
            raise forms.ValidationError(
                _("Write an address with https://, or the plain name of a file: docs/python.md.")
            )
        return location

    def entry(self) -> CopyEntry:
        """The copy that the cleaned values describe."""
        values = self.cleaned_data
        return CopyEntry(
            name=values["name"],
            location=values["location"],
            form=OutsideForm(values["form"]),
            stack=values["stack"],
            every=CheckEvery(values["every"]),
            is_enabled=values["is_enabled"],
        )


def _fields(entry: CopyEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "location": entry.location,
        "form": entry.form.value,
        "stack": entry.stack,
        "every": entry.every.value,
        "is_enabled": entry.is_enabled,
    }
