"""DORIS 2021, remission of systemic lupus erythematosus on treatment.

At one point in time: no point of the clinical SLEDAI-2K (22 findings, so that raised anti-dsDNA and low complement do
not stand in the way), the physician's 0 to 3 below 0.5, prednisone 5 mg a day or less, and a background of
antimalarials, immunosuppressants and biologics that is stable, none of them new or raised since the last assessment.
There is no duration. The abstract prints 5 mg or less and below 0.5; a table in the same paper and an older one print
"below 5" and "0.5 or less". The clinical part is answered by its findings or by its number; a total less "the
laboratory" is another number.

Two stricter forms are an addition of this project, for patients whose treatment ended: remission without any
glucocorticoid, immunosuppressant and biologic, once with an antimalarial allowed and once without.

Verification: abstract of the paper and table of statements, as gathered in the project's reference notes; all ways to
meet and miss the parts against a rule written on its own; shared cases, 2026-11-25.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.bounds import in_words, stated
from dosepath.instruments.items import amount, by_id, yes_or_no
from dosepath.instruments.pga import HIGHEST as HIGHEST_PGA
from dosepath.instruments.scale import Outcome, Scale
from dosepath.response.completions import outcomes
from dosepath.response.sledai_visit import Reading, SledaiVisit, new_refusals

PGA_BELOW = Fraction(1, 2)
"""The physician's 0 to 3 must be below."""

PREDNISONE_UP_TO_MG = 5
"""Highest dose of prednisone a day, or what equals it."""

SLEDAI = SledaiVisit("sledai_clinical", "clinical")

OTHER = ("background_stable", "immunosuppressant", "antimalarial")

_NO_DOSE, _LOW_DOSE, _HIGH_DOSE = range(3)


def _rule(said: Answers) -> Outcome:
    sledai = SLEDAI.read(said)
    options: dict[str, Sequence[Any]] = {
        "inactive": sorted({points == 0 for points in sledai.values}),
        "pga": _either(said.number("pga"), PGA_BELOW),
        "dose": _doses(said.number("prednisone_mg_day")),
        **{item: [said.flags[item]] if item in said.flags else [False, True] for item in OTHER},
    }
    found, matter = outcomes(_judge, options)
    names = {
        "inactive": sledai.missing,
        "pga": ("pga",),
        "dose": ("prednisone_mg_day",),
        **{item: (item,) for item in OTHER},
    }
    return Outcome(
        possible=tuple(dict(zip(_FIELDS, words, strict=True)) for words in found),
        missing=tuple(item for part, items in names.items() if part in matter for item in items),
        flags=tuple(_flags(said)),
        refused=new_refusals(said, sledai.said),
        steps=tuple(_steps(said, sledai)),
    )


def _judge(
    inactive: bool, pga: bool, dose: int, background_stable: bool, immunosuppressant: bool, antimalarial: bool
) -> tuple[str, str, str]:
    remission = inactive and pga and dose != _HIGH_DOSE and background_stable
    drug_free = remission and dose == _NO_DOSE and not immunosuppressant
    answers = (remission, drug_free, drug_free and not antimalarial)
    first, second, third = ("true" if answer else "false" for answer in answers)
    return first, second, third


def _either(mark: Fraction | None, below: Fraction) -> list[bool]:
    return [False, True] if mark is None else [mark < below]


def _doses(mg: Fraction | None) -> list[int]:
    if mg is None:
        return [_NO_DOSE, _LOW_DOSE, _HIGH_DOSE]
    return [_NO_DOSE if mg == 0 else _LOW_DOSE if mg <= PREDNISONE_UP_TO_MG else _HIGH_DOSE]


def _flags(said: Answers) -> Iterator[Flag]:
    mark = said.number("pga")
    if mark == PGA_BELOW:
        yield Flag("pga_on_limit", "0.5 is no remission here; an older table of the same group allows it")
    if said.number("prednisone_mg_day") == PREDNISONE_UP_TO_MG:
        yield Flag("dose_on_limit", "5 mg are allowed as the abstract prints it; a table of the paper prints 'below 5'")


def _steps(said: Answers, sledai: Reading) -> Iterator[str]:
    yield f"clinical SLEDAI-2K {sledai.words}: 0 is asked for"
    for item, label in (
        ("pga", "physician's 0 to 3, below 0.5"),
        ("prednisone_mg_day", "prednisone, up to 5 mg a day"),
    ):
        yield f"{label}: {in_words(stated(said, DORIS_2021.items[item]))}"
    words = {True: "yes", False: "no", None: "not assessed"}
    yield f"background stable: {words[said.flags.get('background_stable')]}"


_FIELDS = {
    "remission": Field("remission on treatment by DORIS 2021", choices=YES_OR_NO),
    "drug_free": Field("remission without glucocorticoid, immunosuppressant and biologic", choices=YES_OR_NO),
    "drug_free_no_antimalarial": Field("the same, and without an antimalarial", choices=YES_OR_NO),
}

DORIS_2021 = Scale(
    id="doris_2021",
    name="Definition of remission in SLE",
    version="DORIS 2021",
    citation=Citation(
        "van Vollenhoven RF, Bertsias G, Doria A et al. Lupus Sci Med 2021;8:e000538", "10.1136/lupus-2021-000538"
    ),
    verification=Verification("abstract of the paper and table of its statements", date(2026, 11, 25)),
    items=by_id(
        [
            *SLEDAI.items(),
            amount("pga", "physician's global assessment, 0 to 3", high=HIGHEST_PGA),
            amount("prednisone_mg_day", "prednisone or what equals it, a day", "mg/d"),
            yes_or_no("background_stable", "no immunosuppressant, biologic or antimalarial is new or raised"),
            yes_or_no("immunosuppressant", "takes an immunosuppressant or a biologic"),
            yes_or_no("antimalarial", "takes an antimalarial"),
        ]
    ),
    fields=_FIELDS,
    rule=_rule,
)
