"""Words of the screening that the layers below write in English, in the language of the page."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dosepath.core.facts import Need, NeedKind, Table
from dosepath.eligibility.gaps import Order
from dosepath.eligibility.wording import Meaning
from dosepath.mapping.reader import RemarkKind

Words = str | Promise

ORDERS: Final[tuple[Words, ...]] = (
    _("set a date of the trial"),
    _("ask the sponsor to settle an open point of the protocol"),
    _("take from the patient's registration"),
    _("confirm that a list of the record is complete"),
    _("look it up in the chart"),
    _("ask the patient"),
    _("ask the investigator"),
    _("measure vital signs"),
    _("have the patient fill in a questionnaire"),
    _("physician scores an instrument"),
    _("urine test"),
    _("one blood draw"),
    _("12-lead ECG"),
    _("tuberculin skin test"),
    _("collect saliva"),
    _("collect urine for 24 hours"),
    _("lung function test"),
    _("echocardiography"),
)
"""Labels of the orders of the shipped trial; those of another protocol file stay as they are written there."""

NEEDS: Final[Mapping[NeedKind, Words]] = {
    NeedKind.FACT: _("value"),
    NeedKind.LIMIT: _("limit of normal"),
    NeedKind.ANCHOR: _("date of the trial"),
    NeedKind.COMPLETE: _("that the list is complete"),
    NeedKind.ITEM: _("item of an instrument"),
    NeedKind.JUDGEMENT: _("judgement of the investigator"),
    NeedKind.SETTING: _("setting of the protocol"),
}
MEANINGS: Final[Mapping[Meaning, Words]] = {
    Meaning.PENDING: _("pending: judged at a later gate"),
    Meaning.OPEN_IN_PENDING: _("open only in what is pending"),
    Meaning.EXCLUDES: _("excludes"),
    Meaning.DOES_NOT_EXCLUDE: _("does not exclude"),
}
TABLES: Final[Mapping[Table, Words]] = {
    Table.CONDITIONS: _("conditions"),
    Table.PROCEDURES: _("procedures"),
    Table.MEDICATIONS: _("medications"),
    Table.IMMUNIZATIONS: _("immunizations"),
    Table.ALLERGIES: _("allergies"),
    Table.FAMILY_HISTORY: _("family history"),
}
REMARKS: Final[Mapping[RemarkKind, Words]] = {
    RemarkKind.UNUSABLE: _("not usable"),
    RemarkKind.DOUBTFUL: _("read, but look at it"),
    RemarkKind.IGNORED: _("set aside"),
    RemarkKind.UNREAD: _("not read"),
}
ANCHORS: Final[Mapping[str, Words]] = {
    "consent": _("consent"),
    "screening": pgettext_lazy("date", "screening"),
    "apheresis": _("apheresis"),
    "lymphodepletion": _("lymphodepletion"),
    "infusion": _("infusion"),
}


def named(need: Need) -> str:
    """Name a list or a date that is missing; empty for all else, which the protocol names."""
    match need.kind:
        case NeedKind.COMPLETE:
            return str(next((label for table, label in TABLES.items() if table.value == need.name), ""))
        case NeedKind.ANCHOR:
            return str(ANCHORS.get(need.name, ""))
    return ""


def order_words(label: str) -> str:
    """Give the label of an order in the language of the page."""
    return gettext(label)


def settles_words(order: Order) -> str:
    """Say how many criteria an order settles by itself."""
    count = len(order.settles)
    if not count:
        return gettext("settles none alone")
    return ngettext("settles %(count)s criterion", "settles %(count)s criteria", count) % {"count": count}
