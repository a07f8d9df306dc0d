"""The form of an advisory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from versions.domain.advisories import (
    IDENTIFIER_PATTERN,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_URL_CHARACTERS,
    Advisory,
    Severity,
    entry_faults,
    read_affected,
    read_fixed,
)

SEVERITIES = {
    "": _("Not stated"),
    Severity.LOW.value: _("Low"),
    Severity.MEDIUM.value: _("Medium"),
    Severity.HIGH.value: _("High"),
    Severity.CRITICAL.value: _("Critical"),
}


class AdvisoryForm(forms.Form):
    """Releases are written one after another, apart by spaces, commas or line ends."""

    identifier = forms.RegexField(
        rf"^{IDENTIFIER_PATTERN}\Z", label=_("Identifier"), max_length=64, help_text=_("Such as CVE-2024-0450.")
    )
    title = forms.CharField(label=_("Title"), max_length=MAX_TITLE_CHARACTERS)
    severity = forms.ChoiceField(label=_("Severity"), choices=list(SEVERITIES.items()), required=False)
    url = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=MAX_URL_CHARACTERS,
        help_text=_("Where upstream describes it, such as https://nvd.nist.gov/…"),
    )
    affected = forms.CharField(
        label=_("Affected releases"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("A series (3.12), releases (3.12.3), ranges (3.12.0-3.12.3, 3.12.2-) or <3.12.4, apart by spaces."),
    )
    fixed_in = forms.CharField(
        label=_("Fixed in"),
        required=False,
        max_length=5_000,
        help_text=_("The first fixed release of each series, such as 3.12.4 3.11.9. From it on nothing is affected."),
    )
    text = forms.CharField(
        label=_("What it is"),
        required=False,
        max_length=MAX_TEXT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        for fault in entry_faults(_words(values.get("affected", "")), _words(values.get("fixed_in", ""))):
            self.add_error(fault.place, fault.problem)
        return values

    def advisory(self) -> Advisory:
        values = self.cleaned_data
        return Advisory(
            identifier=values["identifier"],
            title=values["title"],
            text=values["text"].replace("\r\n", "\n"),
            severity=values["severity"],
            url=values["url"],
            affected=read_affected(_words(values["affected"])),
            fixed_in=read_fixed(_words(values["fixed_in"])),
        )


def initial_values(advisory: Advisory) -> dict[str, str]:
    """What the form shows for an advisory that is there."""
    return {
        "identifier": advisory.identifier,
        "title": advisory.title,
        "severity": advisory.severity,
        "url": advisory.url,
        "affected": " ".join(str(entry) for entry in advisory.affected),
        "fixed_in": " ".join(str(version) for version in advisory.fixed_in),
        "text": advisory.text,
    }


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
