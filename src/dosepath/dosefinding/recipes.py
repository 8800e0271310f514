"""Designs by name: the parameters that each takes, and how it is made of what a person wrote.

The command line and forms are drawn from this one list. What the protocol of a trial writes down for a design is its
own; here a parameter that is left out takes the value of the publication.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias, TypeGuard, cast

from dosepath.core.errors import InputError
from dosepath.dosefinding.blrm import OVER, OVERDOSE, UNDER, Blrm, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import INTERCEPT, PRIOR_VARIANCE, Crm, Model, Skeleton
from dosepath.dosefinding.decision_table import read_table
from dosepath.dosefinding.design import Design
from dosepath.dosefinding.guards import MinimumAtRecommended, NoSkipping, StopAtPatients, StopWhenTooToxic
from dosepath.dosefinding.i3plus3 import I3Plus3
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.open_windows import OpenDesign
from dosepath.dosefinding.parameters import Form, Parameter, Written
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.table_design import TableDesign
from dosepath.dosefinding.three_plus_three import VARIANTS, ThreePlusThree
from dosepath.dosefinding.tite_boin import MOST_PENDING, TiteBoin
from dosepath.dosefinding.tite_crm import Scheme, TiteCrm
from dosepath.dosefinding.titration import AcceleratedTitration
from dosepath.rules.wording import suggest

AnyDesign: TypeAlias = Design | OpenDesign

MOST_DOSES = 12
"""More dose levels than any trial has."""

MOST_PATIENTS = 120
"""Patients up to which a design is enumerated."""

DEFAULT_TARGET = 0.3
"""Rate of DLT that is looked for where none is written; shown with every result."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a design is made.

    Parameters
    ----------
    id
        Name that people write.
    what
        Its rule in a few words.
    parameters
        What may be written, guards apart.
    build
        Makes the design.
    opens
        Whether it decides while windows are open. Such a design is simulated, never enumerated.
    """

    id: str
    what: str
    parameters: tuple[Parameter, ...]
    build: Callable[[Written], AnyDesign]
    opens: bool = False

    @property
    def all_parameters(self) -> tuple[Parameter, ...]:
        """Its own parameters, and the guards where they apply."""
        return self.parameters if self.opens else (*self.parameters, *GUARDS)


# Parameters that several designs have -------------------------------------------------------------------------------

_DOSES = Parameter("doses", Form.WHOLE, "number of dose levels", least=1, most=MOST_DOSES)
_START = Parameter("start", Form.WHOLE, "dose level of the first patients", "1", least=1, most=MOST_DOSES)
_TARGET = Parameter("target", Form.NUMBER, "rate of DLT that is looked for", f"{DEFAULT_TARGET}", 0.01, 0.99)
_COHORTS = Parameter("cohorts", Form.WHOLE, "most cohorts", "10", least=1, most=MOST_PATIENTS)
_COHORT_SIZE = Parameter("cohort_size", Form.WHOLE, "patients in a cohort", "3", least=1, most=MOST_PATIENTS)
_IN_COHORTS = (_COHORTS, _COHORT_SIZE, _START)

_TABLE = (
    _DOSES,
    _TARGET,
    *_IN_COHORTS,
    Parameter("cutoff", Form.NUMBER, "probability of a rate above the target that eliminates a dose", "0.95", 0.5, 1),
    Parameter("extra_safe", Form.NUMBER, "how much lower that is at the lowest dose", least=0, most=0.5),
)
_MARGINS = (
    Parameter("below", Form.NUMBER, "how far the interval reaches under the target", "0.05", 0.001, 0.5),
    Parameter("above", Form.NUMBER, "how far the interval reaches over the target", "0.05", 0.001, 0.5),
)
_BOIN = (
    *_TABLE,
    Parameter("too_low", Form.NUMBER, "rate that asks for a higher dose, as a multiple of the target", "0.6", 0.01, 1),
    Parameter("too_high", Form.NUMBER, "rate that asks for a lower dose, as a multiple of the target", "1.4", 1, 10),
    Parameter("bound_recommended", Form.YES_NO, "whether the recommended dose must lie under the upper bound", "no"),
)
_THREE_PLUS_THREE = (
    _DOSES,
    Parameter("variant", Form.CHOICE, "which 3+3", "V3", choices=tuple(VARIANTS)),
    Parameter("fill_below", Form.YES_NO, "whether the dose below one that was ruled out is filled to six"),
    Parameter("fill_top", Form.YES_NO, "whether the highest dose is filled to six"),
    Parameter("tolerated", Form.WHOLE, "most DLTs among six at the recommended dose", least=1, most=2),
    _START,
)
_CRM = (
    _DOSES,
    Parameter("skeleton", Form.NUMBERS, "rates before any patient, one a dose; see 'dosepath calibrate'", "", 0, 1),
    Parameter("model", Form.CHOICE, "how one parameter bends them", "empiric", choices=("empiric", "logistic")),
    Parameter("estimate", Form.CHOICE, "which value of the parameter counts", "mean", choices=("mean", "likelihood")),
    Parameter("variance", Form.NUMBER, "prior variance of the parameter", f"{PRIOR_VARIANCE}", 1e-6, 1e6),
    Parameter("intercept", Form.NUMBER, "of the logistic model", f"{INTERCEPT:g}"),
    _TARGET,
    *_IN_COHORTS,
    Parameter("skip", Form.YES_NO, "whether levels may be skipped on the way up", "no"),
    Parameter("coherent", Form.YES_NO, "whether one stays after a cohort with too many DLTs", "yes"),
    Parameter("too_toxic", Form.NUMBER, "probability of a lowest dose above the target that ends the trial", "", 0, 1),
)
_BLRM = (
    _DOSES,
    Parameter("amounts", Form.NUMBERS, "dose of each level, all in one unit", least=0),
    Parameter("reference", Form.NUMBER, "dose at which exp(a) are the odds of a DLT", least=0),
    Parameter("mean", Form.NUMBERS, "prior means of a and b, as -0.85,1"),
    Parameter("covariance", Form.NUMBERS, "prior variance of a, covariance, variance of b, as 1,-0.5,1"),
    Parameter("interval", Form.NUMBERS, "target interval of rates", f"{UNDER},{OVER}", 0, 1),
    Parameter("overdose", Form.NUMBER, "most probability of a rate above the interval", f"{OVERDOSE}", 0, 1),
    *_IN_COHORTS,
    Parameter("coherent", Form.YES_NO, "whether one stays after a cohort with too many DLTs", "yes"),
)
_MOST_PENDING = Parameter("most_pending", Form.NUMBER, "share of pending patients above which accrual is suspended")

GUARDS = (
    Parameter(
        "least_at_recommended", Form.WHOLE, "guard: fewest patients at the recommended dose", "", 1, MOST_PATIENTS
    ),
    Parameter("stop_at", Form.WHOLE, "guard: the trial ends with so many patients", "", 1, MOST_PATIENTS),
    Parameter(
        "stop_at_dose", Form.WHOLE, "guard: the trial ends with so many patients at the next dose", "", 1, MOST_PATIENTS
    ),
    Parameter(
        "stop_too_toxic",
        Form.NUMBER,
        "guard: probability of a lowest dose above the target that ends the trial",
        "",
        0,
        1,
    ),
    Parameter("toxic_above", Form.NUMBER, "guard: the rate meant; else the target of the design", least=0, most=1),
    Parameter("no_skipping", Form.YES_NO, "guard: never more than one level above the highest tried"),
)
"""Rules around any design whose cohorts are known; they are put around it in this order."""


# How each is made ---------------------------------------------------------------------------------------------------


def _levels(given: Written, known: int = 0) -> int:
    """Give the number of dose levels, which other parameters may tell as well."""
    if not known:
        return given.whole("doses")
    if given.has("doses") and given.whole("doses") != known:
        raise InputError(f"doses {given.text('doses')}, but {known} levels are described")
    return known


def _three_plus_three(given: Written) -> ThreePlusThree:
    fill_below, fill_top, tolerated = VARIANTS[given.choice("variant")]
    return ThreePlusThree(
        _levels(given),
        given.yes("fill_below") if given.has("fill_below") else fill_below,
        given.yes("fill_top") if given.has("fill_top") else fill_top,
        given.whole("tolerated") if given.has("tolerated") else tolerated,
        given.whole("start"),
    )


def _titration(given: Written) -> AcceleratedTitration:
    return AcceleratedTitration(_three_plus_three(given))


def _by_interval(kind: Callable[..., TableDesign]) -> Callable[[Written], TableDesign]:
    def build(given: Written) -> TableDesign:
        return kind(*_table_values(given), given.number("below"), given.number("above"))

    return build


def _table_values(given: Written) -> tuple[int, float, int, int, int, float, float | None]:
    return (
        _levels(given),
        given.number("target"),
        *_cohorts(given),
        given.whole("start"),
        given.number("cutoff"),
        given.number("extra_safe") if given.has("extra_safe") else None,
    )


def _cohorts(given: Written) -> tuple[int, int]:
    cohorts, size = given.whole("cohorts"), given.whole("cohort_size")
    if cohorts * size > MOST_PATIENTS:
        raise InputError(f"cohorts and cohort_size: at most {MOST_PATIENTS} patients together, not {cohorts * size}")
    return cohorts, size


def _boin(given: Written) -> Boin:
    return Boin(
        *_table_values(given), given.number("too_low"), given.number("too_high"), given.yes("bound_recommended")
    )


def _crm(given: Written) -> Crm:
    if not given.has("skeleton"):
        raise InputError("CRM needs a skeleton; 'dosepath calibrate' finds one")
    rates = given.numbers("skeleton")
    _levels(given, len(rates))
    model: Model = "logistic" if given.choice("model") == "logistic" else "empiric"
    return Crm(
        Skeleton(rates, model, given.number("intercept"), given.number("variance")),
        given.number("target"),
        *_cohorts(given),
        given.whole("start"),
        given.yes("skip"),
        given.yes("coherent"),
        given.number("too_toxic") if given.has("too_toxic") else None,
        "likelihood" if given.choice("estimate") == "likelihood" else "mean",
    )


def _blrm(given: Written) -> Blrm:
    amounts = given.numbers("amounts")
    _levels(given, len(amounts))
    mean_a, mean_b = given.numbers("mean", 2)
    variance_a, mixed, variance_b = given.numbers("covariance", 3)
    low, high = given.numbers("interval", 2)
    if not low < high:
        raise InputError(f"interval {low:g},{high:g}: the lower bound first")
    prior = LogisticPrior(
        amounts, given.number("reference"), (mean_a, mean_b), ((variance_a, mixed), (mixed, variance_b))
    )
    return Blrm(
        prior, (low, high), given.number("overdose"), *_cohorts(given), given.whole("start"), given.yes("coherent")
    )


def _user_table(given: Written) -> TableDesign:
    if not given.has("table"):
        raise InputError("name the file of the decision table with --table; its columns are treated, dlts, action")
    return read_table(
        given.text("table"), _levels(given), given.number("target"), given.whole("cohorts"), given.text("title")
    )


def _rolling_six(given: Written) -> RollingSix:
    return RollingSix(_levels(given), start=given.whole("start"))


def _tite_boin(given: Written) -> TiteBoin:
    most = given.number("most_pending") if given.has("most_pending") else MOST_PENDING
    return TiteBoin(_boin(given), most, given.whole("enough") if given.has("enough") else None)


def _tite_crm(given: Written) -> TiteCrm:
    scheme: Scheme = "adaptive" if given.choice("scheme") == "adaptive" else "linear"
    return TiteCrm(_crm(given), scheme, given.number("most_pending") if given.has("most_pending") else 1.0)


_ALL = (
    Recipe("3+3", "two DLTs in three or six rule a dose out", _THREE_PLUS_THREE, _three_plus_three),
    Recipe("boin", "bounds on the share of DLTs around the target", _BOIN, _boin),
    Recipe("keyboard", "the most likely of equally wide intervals", (*_TABLE, *_MARGINS), _by_interval(Keyboard)),
    Recipe("mtpi-2", "decides as Keyboard does", (*_TABLE, *_MARGINS), _by_interval(Keyboard)),
    Recipe("mtpi", "three intervals by probability per width", (*_TABLE, *_MARGINS), _by_interval(Mtpi)),
    Recipe("i3+3", "an interval, and one look back", (*_TABLE, *_MARGINS), _by_interval(I3Plus3)),
    Recipe("crm", "a model with one parameter; the dose nearest to the target", _CRM, _crm),
    Recipe("blrm", "a logistic model with two parameters and overdose control", _BLRM, _blrm),
    Recipe("titration", "single patients until a first DLT, then 3+3", _THREE_PLUS_THREE, _titration),
    Recipe(
        "table",
        "a decision table of your own",
        (
            _DOSES,
            _TARGET,
            _COHORTS,
            Parameter("table", Form.TABLE, "rows of treated, dlts, action (E, S, D, DU)"),
            Parameter("title", Form.TEXT, "name of the table", "decision table"),
        ),
        _user_table,
    ),
    Recipe(
        "rolling-six", "3+3 with up to six patients while windows are open", (_DOSES, _START), _rolling_six, opens=True
    ),
    Recipe(
        "tite-boin",
        "BOIN that counts pending patients by the share of their window",
        (
            *_BOIN,
            _MOST_PENDING,
            Parameter("enough", Form.WHOLE, "patients at a dose that end the trial", "", 1, MOST_PATIENTS),
        ),
        _tite_boin,
        opens=True,
    ),
    Recipe(
        "tite-crm",
        "CRM that weighs pending patients by the share of their window",
        (
            *_CRM,
            _MOST_PENDING,
            Parameter("scheme", Form.CHOICE, "how weights rise", "linear", choices=("linear", "adaptive")),
        ),
        _tite_crm,
        opens=True,
    ),
)

RECIPES: Mapping[str, Recipe] = MappingProxyType({each.id: each for each in _ALL})
"""Every design that can be asked for, by name."""


def recipe_of(name: str) -> Recipe:
    """Find a design by its name.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if name not in RECIPES:
        raise InputError(f"no design '{name}'; {suggest(name, RECIPES)}")
    return RECIPES[name]


def make(name: str, texts: Mapping[str, str]) -> AnyDesign:
    """Make a design of what a person wrote, with its guards.

    Parameters
    ----------
    name
        Of the design.
    texts
        What was written for each parameter.

    Raises
    ------
    InputError
        When there is no such design or parameter, or a text does not fit.

    Examples
    --------
    >>> make("boin", {"doses": "5", "target": "0.25", "stop_at": "24"}).name
    'BOIN, ends with 24 patients'
    """
    recipe = recipe_of(name)
    try:
        given = Written(recipe.all_parameters, texts)
        made = recipe.build(given)
        if not 1 <= made.start <= made.doses:
            raise InputError(f"start {made.start}: one of the levels 1 to {made.doses}")
        return made if is_open(made) else _guarded(cast(Design, made), given)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _guarded(design: Design, given: Written) -> Design:
    if given.has("least_at_recommended"):
        design = MinimumAtRecommended(design, given.whole("least_at_recommended"))
    if given.has("stop_at"):
        design = StopAtPatients(design, given.whole("stop_at"))
    if given.has("stop_at_dose"):
        design = StopAtPatients(design, given.whole("stop_at_dose"), at_one_dose=True)
    if given.has("stop_too_toxic"):
        above = "target" if "target" in given and not given.has("toxic_above") else "toxic_above"
        design = StopWhenTooToxic(design, given.number(above), given.number("stop_too_toxic"))
    if given.has("no_skipping") and given.yes("no_skipping"):
        design = NoSkipping(design)
    return design


def is_open(design: AnyDesign) -> TypeGuard[OpenDesign]:
    """Answer whether a design decides while windows are open."""
    return hasattr(design, "advise")


def closed(design: AnyDesign, why: str) -> Design:
    """Take a design whose cohorts are known.

    Raises
    ------
    InputError
        When it decides while windows are open; the message says what that rules out.
    """
    if is_open(design):
        raise InputError(f"{design.name} decides while windows are open: {why}")
    return cast(Design, design)
