"""IEC-HS, the HLH-like syndrome of immune effector cells, as proposed for the ASTCT in 2023.

It is suspected when ferritin is high (above twice the upper limit or twice the value at infusion, or rising rapidly),
at least one further main item is present, the time fits (often as CRS wanes) and nothing else explains it better. The
further main items are transaminases above five times the upper limit (or the baseline, where that was abnormal),
fibrinogen below 1.5 g/L or the lower limit, haemophagocytosis, and a new, worse or refractory cytopenia of grade 4.

The publication asks for judgement and no count: the number of main items is reported and decides nothing beyond "one
more". Supporting findings are listed and decide nothing. The grade is the severity: 1 observed only, 2 treated,
3 severe, 4 life-threatening, 5 fatal; 0 where the syndrome is not suspected.

Traps: macrophage activation from the autoimmune disease itself is the main other explanation; HScore and HLH-2004 are
other scales. Ferritin that was not measured leaves the syndrome open, never absent.

Verification: that the syndrome exists apart from CRS, and its structure, against the abstract of Hines 2023, as
gathered in the project's reference notes; shared cases, 2026-11-25. From memory: items, limits and grades.
"""

from datetime import date
from fractions import Fraction
from typing import Final

from dosepath.core.instrument import YES_OR_NO, Field, Flag, Verification
from dosepath.core.interval import Interval
from dosepath.core.source import Citation
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, by_id, choice, rows, whole, yes_or_no
from dosepath.instruments.scale import Outcome, Scale
from dosepath.safety.open_items import flags_that_hold, judged, said_or_any

FERRITIN_MULTIPLE: Final = 2
"""Ferritin is high above this multiple of the upper limit, or of the value at infusion."""

TRANSAMINASE_MULTIPLE: Final = 5
FIBRINOGEN_G_L: Final = Fraction(3, 2)
CYTOPENIA_GRADE: Final = 4

SEVERITY_GRADES: Final = {"observation": 1, "treatment": 2, "severe": 3, "life_threatening": 4, "death": 5}

SUPPORTING: Final = {
    "ldh": "LDH above the upper limit",
    "coagulopathy": "other disorder of coagulation",
    "direct_bilirubin": "direct bilirubin raised",
    "splenomegaly": "new enlargement of the spleen",
    "fever": "fever",
    "neurotoxicity": "neurotoxicity",
    "lung": "findings of the lung",
    "renal_failure": "renal failure",
    "triglycerides": "fasting triglycerides above 265 mg/dL",
}

_ITEMS = by_id(
    [
        amount("ferritin", "highest ferritin", "ug/L"),
        amount("ferritin_uln", "upper limit of ferritin", "ug/L"),
        amount("ferritin_infusion", "ferritin at infusion", "ug/L"),
        yes_or_no("ferritin_rapid_rise", "ferritin rises rapidly, by judgement"),
        amount(
            "transaminase_multiple",
            "highest ALT or AST as a multiple of the upper limit, or of the baseline where that was abnormal",
        ),
        amount("fibrinogen", "lowest fibrinogen", "g/L"),
        amount("fibrinogen_lln", "lower limit of fibrinogen", "g/L"),
        yes_or_no("hemophagocytosis", "haemophagocytosis in marrow or other tissue"),
        whole("cytopenia_grade", "highest CTCAE grade of a new, worse or refractory cytopenia; 0 for none", 0, 5),
        yes_or_no("timing_consistent", "the time fits, mostly as CRS wanes or after it"),
        yes_or_no("better_cause", "something else explains it better: infection, disease, CRS"),
        rows("supporting", "supporting findings", choice("finding", "finding", SUPPORTING)),
        choice(
            "severity",
            "severity",
            {
                "observation": "mild: observed only",
                "treatment": "moderate: needs treatment or blood products",
                "severe": "severe, not at once life-threatening: bleeding with transfusion, new organ failure",
                "life_threatening": "life-threatening",
                "death": "fatal",
            },
        ),
    ]
)
_FIELDS = {
    "suspected": Field("IEC-HS is suspected", choices=YES_OR_NO),
    "main_items": Field("main items present, 0 to 5", unit="1"),
    "grade": Field("grade, 0 where it is not suspected", unit="1"),
}

AUTOIMMUNE_MAS = Flag(
    "autoimmune_mas", "macrophage activation from the autoimmune disease itself is the main other explanation"
)


def is_above(value: Fraction | None, multiple: int, limit: Fraction | None) -> bool | None:
    """Answer whether a value is above a multiple of a limit; None where one of them is not known.

    Examples
    --------
    >>> is_above(Fraction(601), 2, Fraction(300)), is_above(Fraction(600), 2, Fraction(300)), is_above(None, 2, None)
    (True, False, None)
    """
    return None if value is None or limit is None else value > multiple * limit


_ASKED: Final = {
    "above_uln": ("ferritin", "ferritin_uln"),
    "above_infusion": ("ferritin", "ferritin_infusion"),
    "rapid_rise": ("ferritin_rapid_rise",),
    "transaminases": ("transaminase_multiple",),
    "low_fibrinogen": ("fibrinogen",),
    "below_lln": ("fibrinogen", "fibrinogen_lln"),
    "hemophagocytosis": ("hemophagocytosis",),
    "cytopenia": ("cytopenia_grade",),
    "timing_consistent": ("timing_consistent",),
    "better_cause": ("better_cause",),
    "severity": ("severity",),
}
"""What decides, and the items that it needs."""


def _rule(said: Answers) -> Outcome:
    found, matter = judged(_options(said), _judge)
    needed = {item for question in matter for item in _ASKED[question]}
    return Outcome(
        tuple(
            {
                "suspected": "true" if suspected else "false",
                "main_items": Interval.at(count),
                "grade": Interval.at(grade),
            }
            for suspected, count, grade in sorted(found)
        ),
        missing=said.open(item for item in _ITEMS if item in needed),
        flags=flags_that_hold([(AUTOIMMUNE_MAS, all(suspected for suspected, _, _ in found))]),
        steps=_steps(said, {suspected for suspected, _, _ in found}),
    )


def _options(said: Answers) -> dict[str, tuple[object, ...]]:
    facts = _facts(said)
    options: dict[str, tuple[object, ...]] = {name: said_or_any(fact) for name, fact in facts.items()}
    options["severity"] = (said.levels["severity"],) if "severity" in said.levels else tuple(SEVERITY_GRADES)
    return options


def _facts(said: Answers) -> dict[str, bool | None]:
    amounts = said.amounts.get
    ferritin, fibrinogen, transaminases = amounts("ferritin"), amounts("fibrinogen"), amounts("transaminase_multiple")
    fibrinogen_lln, cytopenia = amounts("fibrinogen_lln"), said.numbers.get("cytopenia_grade")
    return {
        "above_uln": is_above(ferritin, FERRITIN_MULTIPLE, amounts("ferritin_uln")),
        "above_infusion": is_above(ferritin, FERRITIN_MULTIPLE, amounts("ferritin_infusion")),
        "rapid_rise": said.flags.get("ferritin_rapid_rise"),
        "transaminases": None if transaminases is None else transaminases > TRANSAMINASE_MULTIPLE,
        "low_fibrinogen": None if fibrinogen is None else fibrinogen < FIBRINOGEN_G_L,
        "below_lln": is_above(fibrinogen_lln, 1, fibrinogen),
        "hemophagocytosis": said.flags.get("hemophagocytosis"),
        "cytopenia": None if cytopenia is None else cytopenia >= CYTOPENIA_GRADE,
        "timing_consistent": said.flags.get("timing_consistent"),
        "better_cause": said.flags.get("better_cause"),
    }


def _judge(
    *,
    above_uln: bool,
    above_infusion: bool,
    rapid_rise: bool,
    transaminases: bool,
    low_fibrinogen: bool,
    below_lln: bool,
    hemophagocytosis: bool,
    cytopenia: bool,
    timing_consistent: bool,
    better_cause: bool,
    severity: str,
) -> tuple[bool, int, int]:
    ferritin = above_uln or above_infusion or rapid_rise
    further = transaminases + (low_fibrinogen or below_lln) + hemophagocytosis + cytopenia
    suspected = ferritin and further > 0 and timing_consistent and not better_cause
    return suspected, ferritin + further, SEVERITY_GRADES[severity] if suspected else 0


_WORDS: Final = {
    "above_uln": "ferritin above twice the upper limit",
    "above_infusion": "ferritin above twice the value at infusion",
    "rapid_rise": "ferritin rises rapidly",
    "transaminases": "transaminases above five times their limit",
    "low_fibrinogen": "fibrinogen below 1.5 g/L",
    "below_lln": "fibrinogen below the lower limit",
    "hemophagocytosis": "haemophagocytosis",
    "cytopenia": "cytopenia of grade 4",
    "timing_consistent": "the time fits",
    "better_cause": "something else explains it better",
}


def _steps(said: Answers, suspected: set[bool]) -> tuple[str, ...]:
    words = {True: "yes", False: "no", None: "not known"}
    told = {_WORDS[name]: fact for name, fact in _facts(said).items()}
    told["suspected: high ferritin, a further main item, the time, no better cause"] = (
        next(iter(suspected)) if len(suspected) == 1 else None
    )
    return tuple(f"{what}: {words[fact]}" for what, fact in told.items())


IEC_HS = Scale(
    id="iec_hs",
    name="Immune effector cell-associated HLH-like syndrome",
    version="ASTCT 2023",
    citation=Citation(
        "Hines MR, Knight TE, McNerney KO et al. Transplant Cell Ther 2023;29:438.e1-438.e16",
        "10.1016/j.jtct.2023.03.006",
    ),
    verification=Verification("abstract of Hines 2023", date(2026, 11, 25), "items, limits and grades"),
    items=_ITEMS,
    fields=_FIELDS,
    rule=_rule,
    entries=_FIELDS,
    one_assessment=True,
)
