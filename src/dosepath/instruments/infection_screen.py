"""What the tests for hepatitis B and C, syphilis, HIV and tuberculosis say together, infection by infection.

Each infection is named for what its tests show; which of these states excludes is for the rules of the trial (E09,
E12). Three of its letters need a person beside them: a surface antigen without DNA does not exclude, though depletion
of B cells may reactivate the virus; nor does a past infection, antigen negative with antibody to the core, which may
reactivate as well; and the antibody of a treated syphilis stays and excludes for good. RPR alone is often false in
lupus and is no syphilis.

The limit from which a skin test is positive is a setting of the trial, so the form takes the test as read against it.
A test that was not done is `not_done`; one that is left out was not looked up, and leaves its infection open. For
tuberculosis a single test suffices, two are joined by "or", an indeterminate one decides nothing.

Verification: text of the trial (NCT06680388, E09 and E12). From memory: what isolated results mean. Shared cases,
2026-11-25.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from dosepath.core.instrument import Field, Flag, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, all_of, any_of, negate
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import at, by_id, choice, under, yes_or_no
from dosepath.instruments.scale import Outcome, Scale

POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
INDETERMINATE: Final = "indeterminate"
NOT_DONE: Final = "not_done"
RESULTS: Final = (NEGATIVE, POSITIVE)
NONE: Final = "none"


ITEMS: Final = by_id(
    [
        at(choice("hbsag", "hepatitis B surface antigen", RESULTS), section="hepatitis B"),
        at(choice("anti_hbc", "antibody to hepatitis B core antigen", RESULTS), section="hepatitis B"),
        at(choice("hbv_dna", "hepatitis B virus DNA in blood", RESULTS), section="hepatitis B"),
        at(choice("anti_hcv", "antibody to hepatitis C virus", RESULTS), section="hepatitis C"),
        at(choice("hcv_rna", "hepatitis C virus RNA in blood", RESULTS), section="hepatitis C"),
        at(
            choice("tp_antibody", "antibody to Treponema pallidum (TPPA, TPHA or immunoassay)", RESULTS),
            section="syphilis",
        ),
        at(choice("rpr", "RPR or TRUST", RESULTS), section="syphilis"),
        at(choice("hiv_antibody", "antibody to HIV, confirmed", RESULTS), section="HIV"),
        *under(
            "tuberculosis",
            [
                choice("igra", "interferon gamma release assay", (NEGATIVE, POSITIVE, INDETERMINATE, NOT_DONE)),
                choice(
                    "tst", "tuberculin skin test, read against the limit of the trial", (NEGATIVE, POSITIVE, NOT_DONE)
                ),
                yes_or_no("tb_symptoms", "symptoms of tuberculosis"),
                yes_or_no("tb_imaging", "signs of active tuberculosis on imaging"),
                yes_or_no("active_tb", "active tuberculosis, by the physician or by culture"),
            ],
        ),
    ]
)


def hepatitis_b(hbsag: str, hbv_dna: str, anti_hbc: str) -> str:
    """Name the state of hepatitis B.

    Examples
    --------
    >>> hepatitis_b("positive", "negative", "positive"), hepatitis_b("negative", "negative", "positive")
    ('antigen_without_dna', 'past')
    """
    if hbsag == POSITIVE:
        return "antigen_and_dna" if hbv_dna == POSITIVE else "antigen_without_dna"
    if hbv_dna == POSITIVE:
        return "occult"
    return "past" if anti_hbc == POSITIVE else NONE


def hepatitis_c(anti_hcv: str, hcv_rna: str) -> str:
    """Name the state of hepatitis C."""
    if anti_hcv == POSITIVE:
        return "antibody_and_rna" if hcv_rna == POSITIVE else "antibody_without_rna"
    return "rna_alone" if hcv_rna == POSITIVE else NONE


def syphilis(tp_antibody: str, rpr: str) -> str:
    """Name the state of syphilis."""
    if tp_antibody == POSITIVE:
        return "antibody_and_rpr" if rpr == POSITIVE else "antibody_alone"
    return "rpr_alone" if rpr == POSITIVE else NONE


def tuberculosis_by_test(igra: str, tst: str) -> Verdict:
    """Answer whether a test for tuberculosis is positive; one suffices.

    Examples
    --------
    >>> tuberculosis_by_test("indeterminate", "not_done"), tuberculosis_by_test("negative", "not_done")
    (<Verdict.UNKNOWN: 'unknown'>, <Verdict.NOT_MET: 'not_met'>)
    """
    done = [_VERDICTS[result] for result in (igra, tst) if result != NOT_DONE]
    return any_of(done) if done else Verdict.UNKNOWN


def tuberculosis(active: Verdict, test: Verdict, signs: Verdict) -> tuple[str, ...]:
    """Name the states of tuberculosis that are possible.

    Parameters
    ----------
    active
        Active by the physician or by culture.
    test
        A positive skin test or assay.
    signs
        Symptoms, or signs on imaging.

    Examples
    --------
    >>> tuberculosis(Verdict.NOT_MET, Verdict.MET, Verdict.UNKNOWN)
    ('latent', 'suspected_active')
    """
    other = negate(active)
    verdicts = {
        NONE: all_of((other, negate(test))),
        "latent": all_of((other, test, negate(signs))),
        "suspected_active": all_of((other, test, signs)),
        "active": active,
    }
    return tuple(state for state, verdict in verdicts.items() if verdict is not Verdict.NOT_MET)


_VERDICTS: Final = {
    POSITIVE: Verdict.MET,
    NEGATIVE: Verdict.NOT_MET,
    INDETERMINATE: Verdict.UNKNOWN,
    NOT_DONE: Verdict.UNKNOWN,
}

STATES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "hepatitis_b": ("hepatitis B", (NONE, "past", "occult", "antigen_without_dna", "antigen_and_dna")),
    "hepatitis_c": ("hepatitis C", (NONE, "rna_alone", "antibody_without_rna", "antibody_and_rna")),
    "syphilis": ("syphilis", (NONE, "rpr_alone", "antibody_alone", "antibody_and_rpr")),
    "hiv": ("HIV", (NONE, "antibody")),
    "tuberculosis": ("tuberculosis", (NONE, "latent", "suspected_active", "active")),
}
"""States of each infection."""


@dataclass(frozen=True, slots=True)
class _Found:
    states: tuple[str, ...]
    missing: tuple[str, ...]


def _rule(said: Answers) -> Outcome:
    found = {
        "hepatitis_b": _open_tests(said, ("hbsag", "hbv_dna", "anti_hbc"), hepatitis_b),
        "hepatitis_c": _open_tests(said, ("anti_hcv", "hcv_rna"), hepatitis_c),
        "syphilis": _open_tests(said, ("tp_antibody", "rpr"), syphilis),
        "hiv": _open_tests(said, ("hiv_antibody",), lambda result: "antibody" if result == POSITIVE else NONE),
        "tuberculosis": _tuberculosis(said),
    }
    possible = tuple(
        dict(zip(found, states, strict=True)) for states in product(*(each.states for each in found.values()))
    )
    missing = {item for each in found.values() for item in each.missing}
    return Outcome(
        possible,
        tuple(item for item in ITEMS if item in missing),
        _flags(said, found),
        steps=tuple(f"{STATES[name][0]}: {' or '.join(each.states).replace('_', ' ')}" for name, each in found.items()),
    )


def _open_tests(said: Answers, tests: Sequence[str], name: Callable[..., str]) -> _Found:
    """Name the states that are possible, and the tests left out that could change them."""
    options = {test: (said.levels[test],) if test in said.levels else RESULTS for test in tests}
    filled = [dict(zip(options, picked, strict=True)) for picked in product(*options.values())]
    named = {tuple(each.values()): name(*each.values()) for each in filled}
    missing = tuple(
        test
        for test in said.open(tests)
        if any(named[tuple(each.values())] != named[tuple((each | {test: POSITIVE}).values())] for each in filled)
    )
    return _Found(tuple(dict.fromkeys(named.values())), missing)


def _tuberculosis(said: Answers) -> _Found:
    igra, tst = said.levels.get("igra"), said.levels.get("tst")
    test = any_of(Verdict.UNKNOWN if each is None else _VERDICTS[each] for each in (igra, tst))
    if igra is not None and tst is not None:
        test = tuberculosis_by_test(igra, tst)
    signs = any_of((said.verdict("tb_symptoms"), said.verdict("tb_imaging")))
    active = said.verdict("active_tb")
    states = tuberculosis(active, test, signs)
    if len(states) == 1:
        return _Found(states, ())
    asked = ["active_tb"]
    asked += ["igra", "tst"] if not test.decided else []
    asked += ["tb_symptoms", "tb_imaging"] if test is not Verdict.NOT_MET and not signs.decided else []
    return _Found(states, said.open(asked))


def _flags(said: Answers, found: Mapping[str, _Found]) -> tuple[Flag, ...]:
    hepatitis, tb = found["hepatitis_b"].states, found["tuberculosis"].states
    texts = {
        "prophylaxis": (
            said.levels.get("hbsag") == POSITIVE,
            "surface antigen positive: the virus may reactivate after depletion of B cells; prophylaxis",
        ),
        "reactivation": (
            hepatitis in (("past",), ("occult",), ("past", "occult")),
            "hepatitis B in the past: not excluded by the page, may reactivate after depletion of B cells",
        ),
        "suspected_active_tuberculosis": (
            tb == ("suspected_active",),
            "a positive test with symptoms or signs on imaging: suspected active tuberculosis",
        ),
        "no_result_for_tuberculosis": (
            not said.open(("igra", "tst"))
            and tuberculosis_by_test(said.levels["igra"], said.levels["tst"]) is Verdict.UNKNOWN,
            "no test for tuberculosis has a result",
        ),
        "treated_syphilis": (
            found["syphilis"].states == ("antibody_alone",),
            "the antibody stays after treatment: excluded by the letter",
        ),
        "rpr_alone": (found["syphilis"].states == ("rpr_alone",), "RPR without the antibody: often false in lupus"),
    }
    return tuple(Flag(name, text) for name, (holds, text) in texts.items() if holds)


INFECTION_SCREEN = Scale(
    id="infection_screen",
    name="Hepatitis B and C, syphilis, HIV and tuberculosis",
    version="NCT06680388 E09, E12",
    citation=Citation("registry entry NCT06680388, 2024, criteria E09 and E12"),
    verification=Verification("text of the trial", date(2026, 11, 25), "what isolated results mean"),
    items=ITEMS,
    fields={name: Field(label, choices=states) for name, (label, states) in STATES.items()},
    rule=_rule,
)
