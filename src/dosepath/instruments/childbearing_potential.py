"""Childbearing potential, and what follows from it: whom contraception concerns, and whether a pregnancy test counts.

A woman is of childbearing potential unless she was sterilised (uterus, both ovaries or both tubes removed, or both
tubes tied) or has had no menstruation for 12 months. A vasectomy of the partner changes nothing, nor does a missing
FSH. Contraception concerns her, and whoever has a partner of childbearing potential, man or woman. A man has no
childbearing potential and needs no test.

Where sterility and menopause are not known, both answers stay possible here; to take such a woman to be of
childbearing potential until it is known is the caution of the trial and stands in its rules (I06, E16), as do the
agreements and the exclusion itself.

Verification: text of the trial (NCT06680388, I06 and E16). From memory: which operations sterilise. Shared cases,
2026-11-25.
"""

from datetime import date
from itertools import product
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, all_of, any_of, negate, verdict_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, yes_or_no
from dosepath.instruments.scale import Outcome, Scale

MENOPAUSE_MONTHS: Final = 12
"""Months without menstruation from which childbearing potential has ended."""

SEXES: Final = ("female", "male")
TESTS: Final = ("negative", "positive")
NOT_APPLICABLE: Final = "not_applicable"


def of_childbearing_potential(female: Verdict, sterile: Verdict, menopausal: Verdict) -> Verdict:
    """Answer whether a person can become pregnant.

    Examples
    --------
    >>> of_childbearing_potential(Verdict.MET, Verdict.UNKNOWN, Verdict.MET)
    <Verdict.NOT_MET: 'not_met'>
    """
    return all_of((female, negate(sterile), negate(menopausal)))


def _rule(given: Answers) -> Outcome:
    of_a_man = ["menopause_months"] if given.levels.get("sex") == "male" else []
    said = given.without([item for item in of_a_man if item in given.amounts], "a man has no menstruation")
    sexes = [said.levels["sex"]] if "sex" in said.levels else list(SEXES)
    sterile = _answers(said.verdict("surgically_sterile"))
    menopausal = _answers(_menopausal(said))
    partners = _answers(said.verdict("partner_of_childbearing_potential"))
    tests = [said.levels["pregnancy_test"]] if "pregnancy_test" in said.levels else list(TESTS)
    cases = [_case(*answers) for answers in product(sexes, sterile, menopausal, partners, tests)]
    possible = tuple(dict(pairs) for pairs in dict.fromkeys(tuple(case.items()) for case in cases))
    return Outcome(possible, _missing(said), _flags(said), said.refusals[len(given.refusals) :], _steps(possible))


def _answers(verdict: Verdict) -> list[Verdict]:
    return [verdict] if verdict.decided else [Verdict.MET, Verdict.NOT_MET]


def _menopausal(said: Answers) -> Verdict:
    months = said.amounts.get("menopause_months")
    return Verdict.UNKNOWN if months is None else verdict_of(months >= MENOPAUSE_MONTHS)


def _case(sex: str, sterile: Verdict, menopausal: Verdict, partner: Verdict, test: str) -> Case:
    potential = of_childbearing_potential(verdict_of(sex == "female"), sterile, menopausal)
    able = potential is Verdict.MET
    concerned = any_of((potential, partner)) is Verdict.MET
    return {
        "childbearing_potential": "true" if able else "false",
        "contraception_concerned": "true" if concerned else "false",
        "pregnancy_test": test if able else NOT_APPLICABLE,
    }


def _missing(said: Answers) -> tuple[str, ...]:
    """Name what could change a result: nothing about fertility of a man, no test where none is needed."""
    potential = _potential(said)
    matters = {
        "sex": said.no("surgically_sterile") or "surgically_sterile" not in said.flags,
        "surgically_sterile": not potential.decided,
        "menopause_months": not potential.decided,
        "partner_of_childbearing_potential": potential is not Verdict.MET,
        "pregnancy_test": potential is not Verdict.NOT_MET,
    }
    if _menopausal(said) is Verdict.MET:
        matters["sex"] = False
    return tuple(item for item in said.open(matters) if matters[item])


def _potential(said: Answers) -> Verdict:
    female = Verdict.UNKNOWN if "sex" not in said.levels else verdict_of(said.levels["sex"] == "female")
    return of_childbearing_potential(female, said.verdict("surgically_sterile"), _menopausal(said))


def _flags(said: Answers) -> tuple[Flag, ...]:
    found: list[Flag] = []
    if said.levels.get("sex") == "female" and _potential(said) is Verdict.UNKNOWN:
        found.append(
            Flag("taken_to_be_of_potential", "until sterility or menopause is known, she counts as able to conceive")
        )
    if said.levels.get("pregnancy_test") == "positive" and _potential(said) is Verdict.NOT_MET:
        found.append(Flag("test_without_potential", "a positive pregnancy test where none is needed: look into it"))
    return tuple(found)


def _steps(possible: tuple[Case, ...]) -> tuple[str, ...]:
    if len(possible) != 1:
        return ()
    able, concerned, test = possible[0].values()
    return (
        f"of childbearing potential: {'yes' if able == 'true' else 'no'}",
        f"contraception concerns this person: {'yes' if concerned == 'true' else 'no'}",
        "pregnancy test: not needed" if test == NOT_APPLICABLE else f"pregnancy test: {test}",
    )


CHILDBEARING_POTENTIAL = Scale(
    id="childbearing_potential",
    name="Childbearing potential, contraception and pregnancy test",
    version="NCT06680388 I06",
    citation=Citation("registry entry NCT06680388, 2024, criterion I06"),
    verification=Verification("text of the trial", date(2026, 11, 25), "which operations sterilise"),
    items=by_id(
        [
            choice("sex", "sex at birth", SEXES),
            yes_or_no(
                "surgically_sterile",
                "uterus, both ovaries or both tubes removed, or tubes tied; not the partner's",
            ),
            amount("menopause_months", "months since the last menstruation, without another cause", "mo"),
            yes_or_no("partner_of_childbearing_potential", "has a partner of childbearing potential"),
            choice("pregnancy_test", "pregnancy test in urine or blood within the screening period", TESTS),
        ]
    ),
    fields={
        "childbearing_potential": Field("of childbearing potential", choices=YES_OR_NO),
        "contraception_concerned": Field("contraception concerns this person", choices=YES_OR_NO),
        "pregnancy_test": Field("pregnancy test, where one is needed", choices=(*TESTS, NOT_APPLICABLE)),
    },
    rule=_rule,
)
