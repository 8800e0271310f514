"""Words for what the layers below name, in the language of the page."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dosepath.core.verdict import Verdict
from dosepath.eligibility.report import Overall
from dosepath.protocol.model import GateName

Words = str | Promise

VERDICTS: Final[Mapping[Verdict, Words]] = {
    Verdict.MET: _("met"),
    Verdict.NOT_MET: _("not met"),
    Verdict.UNKNOWN: _("unknown"),
}
OVERALL: Final[Mapping[Overall, Words]] = {
    Overall.ELIGIBLE: _("eligible"),
    Overall.UNDECIDED: _("undecided"),
    Overall.NOT_ELIGIBLE: _("not eligible"),
}
GATES: Final[Mapping[GateName, Words]] = {
    GateName.SCREENING: _("screening"),
    GateName.LYMPHODEPLETION: _("lymphodepletion"),
    GateName.INFUSION: _("infusion"),
}
ANSWERS: Final[Mapping[str, Words]] = {"true": _("yes"), "false": _("no")}
