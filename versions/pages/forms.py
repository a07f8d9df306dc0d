"""Forms of stacks, series and releases. What they hold is judged by the same reading that an import goes through."""

import re
from abc import ABCMeta, abstractmethod
from typing import Any

from django import forms
from django.forms.forms import DeclarativeFieldsMetaclass
from django.utils.translation import gettext_lazy as _

from versions.domain.document import ARCH_PATTERN, TOOL_VERSION_PATTERN, TOOLS
from versions.domain.edits import Edit, ReleaseEdit, Removal, SeriesEdit, StackEdit
from versions.domain.names import NAME_PATTERN
from versions.domain.parts import Part
from versions.domain.table import (
    ReleaseEntry,
    ReleaseStatus,
    Ruleset,
    SeriesEntry,
    SeriesStatus,
    StackEntry,
    StackStatus,
    Tool,
)
from versions.domain.version import Series, Version


def _choices(values: type[StackStatus] | type[SeriesStatus] | type[ReleaseStatus] | type[Ruleset]) -> list[Any]:
    return [(value.value, value.value) for value in values]


class DayField(forms.DateField):
    """A calendar day, written as the table document writes it."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )


class _AbstractFormType(DeclarativeFieldsMetaclass, ABCMeta):
    """What makes form classes, and refuses to make forms of one that leaves something abstract."""


class EditForm(forms.Form, metaclass=_AbstractFormType):
    """A form that becomes an edit. `place` names what is edited, None for something new."""

    remove = forms.BooleanField(label=_("Take it out of the table, with everything below it"), required=False)

    def __init__(self, data: Any = None, *, is_new: bool, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        removal = self.fields.pop("remove")
        if not is_new:
            self.fields["remove"] = removal  # last of all

    def edit(self) -> Edit:
        """The edit that the cleaned values describe."""
        kept = self._kept()
        return Removal(kept.part) if self.cleaned_data.get("remove") else kept

    @abstractmethod
    def _kept(self) -> StackEdit | SeriesEdit | ReleaseEdit:
        """The edit that keeps what is named, with the cleaned values."""

    @property
    def part(self) -> Part:
        return self._kept().part


class StackForm(EditForm):
    name = forms.RegexField(NAME_PATTERN, label=_("Name"), max_length=63, help_text=_("Such as scalingo-24."))
    base = forms.RegexField(
        r"^[a-z0-9][a-z0-9.-]{0,62}$", label=_("Base"), help_text=_("Distribution and release: ubuntu-24.04.")
    )
    archs = forms.CharField(label=_("Architectures"), help_text=_("Separated by spaces: amd64 arm64."))
    status = forms.ChoiceField(label=_("Status"), choices=_choices(StackStatus))
    ruleset = forms.ChoiceField(label=_("Rules"), choices=_choices(Ruleset))
    default_series = forms.CharField(label=_("Default series"), required=False, help_text=_("Such as 3.13."))
    supported_until = DayField(_("Supported until"))
    tools = forms.CharField(
        label=_("Tools"), required=False, help_text=_("Installers and their versions: pip=24.0 pipenv=2023.12.1.")
    )
    listed = forms.BooleanField(label=_("Listed in the documentation"), required=False)
    is_default = forms.BooleanField(label=_("New apps are put on this stack"), required=False)

    def clean_archs(self) -> tuple[str, ...]:
        words = self.cleaned_data["archs"].split()
        if not all(re.fullmatch(ARCH_PATTERN, word) for word in words) or len(set(words)) < len(words):
            raise forms.ValidationError(_("Name each architecture once, in small letters, such as amd64."))
        return tuple(words)

    def clean_default_series(self) -> Series | None:
        return _series(self.cleaned_data["default_series"])

    def clean_tools(self) -> tuple[Tool, ...]:
        pairs = [word.partition("=") for word in self.cleaned_data["tools"].split()]
        if not all(name in TOOLS and re.fullmatch(TOOL_VERSION_PATTERN, version) for name, _is, version in pairs):
            raise forms.ValidationError(_("Write pip, pipenv, poetry or uv with a version, such as pip=24.0."))
        return tuple(Tool(name, version) for name, version in sorted({name: v for name, _is, v in pairs}.items()))

    def _kept(self) -> StackEdit:
        values = self.cleaned_data
        entry = StackEntry(
            name=values["name"],
            base=values["base"],
            archs=values["archs"],
            status=StackStatus(values["status"]),
            listed=values["listed"],
            ruleset=Ruleset(values["ruleset"]),
            default_series=values["default_series"],
            supported_until=values["supported_until"],
            tools=values["tools"],
        )
        return StackEdit(entry, values["is_default"])


class SeriesForm(EditForm):
    stack = forms.CharField(label=_("Stack"), max_length=63)
    series = forms.CharField(label=_("Series"), max_length=15, help_text=_("Such as 3.14."))
    status = forms.ChoiceField(label=_("Status"), choices=_choices(SeriesStatus))
    eol_on = DayField(_("End of life on"))
    removed_on = DayField(_("Removed on"))

    def clean_series(self) -> Series:
        series = _series(self.cleaned_data["series"])
        if series is None:
            raise forms.ValidationError(_("Write a series such as 3.14."))
        return series

    def _kept(self) -> SeriesEdit:
        values = self.cleaned_data
        entry = SeriesEntry(
            values["series"],
            status=SeriesStatus(values["status"]),
            eol_on=values["eol_on"],
            removed_on=values["removed_on"],
        )
        return SeriesEdit(values["stack"], entry)


class ReleaseForm(EditForm):
    stack = forms.CharField(label=_("Stack"), max_length=63)
    version = forms.CharField(label=_("Version"), max_length=23, help_text=_("Such as 3.14.1."))
    released_on = DayField(_("Released on"))
    status = forms.ChoiceField(label=_("Status"), choices=_choices(ReleaseStatus))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed unless the release is available; builds and staff are shown it."),
    )

    def clean_version(self) -> Version:
        version = Version.parse(self.cleaned_data["version"])
        if version is None:
            raise forms.ValidationError(_("Write a release such as 3.14.1."))
        return version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("status") != ReleaseStatus.AVAILABLE and not values.get("reason"):
            self.add_error("reason", _("Say why: builds and staff are shown this."))
        return values

    def _kept(self) -> ReleaseEdit:
        values = self.cleaned_data
        status = ReleaseStatus(values["status"])
        entry = ReleaseEntry(values["version"], values["released_on"], status, values["reason"] or None)
        return ReleaseEdit(values["stack"], entry)


def _series(text: str) -> Series | None:
    """None for no text. Raises ValidationError for text that is no series."""
    series = Series.parse(text) if text else None
    if text and series is None:
        raise forms.ValidationError(_("Write a series such as 3.14."))
    return series
