"""Vasculitis with ANCA: relapsed, refractory or neither, as the trial defines them.

Therapy is adequate once a glucocorticoid and an immunosuppressant have been given together for three months (calendar
months; a step of one day from one course to the next breaks nothing). An assessment shows a response when BVAS is 0 and
the glucocorticoid is at most 7.5 mg prednisone equivalent a day.

    refractory  adequate therapy, assessed from then on, and no response at any such assessment
    relapsed    adequate therapy, a response from then on, and after it a relapse in the 12 weeks before screening
    neither     the rest

A relapse is one major item, three other items, or one to two other items at two assessments in a row; its day is that
of the first assessment that fulfils this, in the last case the second of the two. The page prints the piece about one
to two items inside the definition of response; its wording is that of relapse in other trials of the disease.

Without any BVAS from the three months on the answer is open, never refractory by absence. New items without a BVAS
show that it is not 0. A course without a last day is only known to have been given on its first. What lies after
screening does not count, so without the day of screening most is open.

The criterion I03 of the trial asks for two immunosuppressants, this definition for one (`one_immunosuppressant`).

Verification: numbers of the definition against the page of the registry (NCT06680388); shared cases, 2026-11-25. From
memory: that the misplaced piece belongs to relapse.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dosepath.core.days import PartialDate, Span, TimeUnit, not_after, shift
from dosepath.core.instrument import YES_OR_NO, Case, Field, Flag, Refusal, RefusalKind, Verification
from dosepath.core.source import Citation
from dosepath.core.verdict import Verdict, all_of, any_of, negate, verdict_of
from dosepath.instruments.answers import Answers
from dosepath.instruments.items import amount, choice, day, rows, whole
from dosepath.instruments.scale import Outcome, Scale, case_of

ADEQUATE_AFTER = Span(3, TimeUnit.MONTH)
RELAPSE_WINDOW = Span(12, TimeUnit.WEEK)
MOST_PREDNISONE_MG = Fraction(15, 2)
"""Milligrams a day, this number included."""
MAJOR_FOR_RELAPSE = 1
OTHER_FOR_RELAPSE = 3
"""Other items that make a relapse at one assessment; fewer do at two in a row."""
JOINING_STEP = timedelta(days=1)
HIGHEST_BVAS = 63

GLUCOCORTICOID = "glucocorticoid"
IMMUNOSUPPRESSANTS = {
    "cyclophosphamide": "cyclophosphamide",
    "rituximab": "rituximab",
    "azathioprine": "azathioprine",
    "methotrexate": "methotrexate",
    "mycophenolate": "mycophenolate mofetil or mycophenolic acid",
    "other_immunosuppressant": "another immunosuppressant",
}

CLASSES = ("relapsed", "refractory", "neither")

_ITEMS = {
    "therapy": rows(
        "therapy",
        "courses of glucocorticoids and immunosuppressants",
        choice("drug", "drug", {GLUCOCORTICOID: "systemic glucocorticoid", **IMMUNOSUPPRESSANTS}),
        day("start", "first day"),
        day("stop", "last day, or the last day on which it is known to be given"),
    ),
    "assessments": rows(
        "assessments",
        "assessments of the vasculitis",
        day("date", "day"),
        whole("bvas", "BVAS version 3", 0, HIGHEST_BVAS),
        amount("prednisone_mg_day", "glucocorticoid on that day, as prednisone", "mg/d"),
        whole("major_new", "major items, new or worse", 0, None),
        whole("other_new", "other items, new or worse", 0, None),
    ),
    "screening": day("screening", "day of screening"),
}
_FIELDS = {
    "class": Field("state for the trial", choices=CLASSES),
    "adequate_therapy": Field("three months of adequate therapy", choices=YES_OR_NO),
    "response": Field("response from then on", choices=YES_OR_NO),
    "relapse_date": Field("day of the relapse"),
}

ANY_DAY = PartialDate(date.min, date.max)
EXACT_DAY = PartialDate.on(date.min)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment, as far as it is known."""

    day: PartialDate
    bvas: int | None
    prednisone_mg_day: Fraction | None
    major_new: int | None
    other_new: int | None

    @property
    def has_activity(self) -> bool:
        """Whether items or a score show that the disease is active."""
        return bool(self.bvas or self.major_new or self.other_new)

    @property
    def judged(self) -> bool:
        """Whether it tells if BVAS is 0."""
        return self.bvas is not None or self.has_activity

    @property
    def response(self) -> Verdict:
        """Whether it shows a response.

        Examples
        --------
        >>> Assessment(ANY_DAY, 0, Fraction(15, 2), None, None).response
        <Verdict.MET: 'met'>
        """
        no_activity = Verdict.NOT_MET if self.has_activity else verdict_of(True) if self.judged else Verdict.UNKNOWN
        dose = self.prednisone_mg_day
        return all_of([no_activity, Verdict.UNKNOWN if dose is None else verdict_of(dose <= MOST_PREDNISONE_MG)])

    def at_least(self, least: int, found: int | None) -> Verdict:
        """Answer whether so many new items were found; a BVAS of 0 leaves none."""
        known = 0 if found is None and self.bvas == 0 else found
        return Verdict.UNKNOWN if known is None else verdict_of(known >= least)

    @property
    def relapse_alone(self) -> Verdict:
        """Whether it shows a relapse by itself."""
        return any_of([
            self.at_least(MAJOR_FOR_RELAPSE, self.major_new),
            self.at_least(OTHER_FOR_RELAPSE, self.other_new),
        ])  # fmt: skip

    @property
    def few_items(self) -> Verdict:
        """Whether one or two other items are new, which makes a relapse at two assessments in a row."""
        enough_alone = self.at_least(OTHER_FOR_RELAPSE, self.other_new)
        return all_of([self.at_least(1, self.other_new), negate(enough_alone)])

    @property
    def gaps(self) -> Iterator[str]:
        """Name what is missing and may matter: a dose only beside a BVAS of 0, items only beside another one."""
        if not self.day.exact:
            yield "date"
        if not self.judged:
            yield "bvas"
        if self.prednisone_mg_day is None and not self.has_activity:
            yield "prednisone_mg_day"
        if self.bvas != 0 and self.relapse_alone is not Verdict.MET:
            yield from (name for name in ("major_new", "other_new") if getattr(self, name) is None)


def _rule(said: Answers) -> Outcome:
    courses, refused = _courses(said)
    screening = said.days.get("screening")
    since = adequate_since(courses, screening or ANY_DAY)
    found, more = _assessments(said, screening)
    state = _State(since, found, screening, "therapy" in said.rows, "assessments" in said.rows)
    possible = tuple(state.cases())
    return Outcome(
        possible,
        tuple(state.missing(said)) if len(possible) > 1 else (),
        tuple(_flags(state, courses)),
        (*refused, *more),
        tuple(_steps(state, possible)),
    )


# Therapy ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Course:
    """One course; the drug is empty where it is not known."""

    drug: str
    first: PartialDate
    last: PartialDate


def _courses(said: Answers) -> tuple[list[Course], list[Refusal]]:
    courses: list[Course] = []
    refused: list[Refusal] = []
    for number, row in enumerate(said.rows.get("therapy", ()), start=1):
        first = row.days.get("start", ANY_DAY)
        last = row.days.get("stop")
        if last is not None and last.latest < first.earliest:
            place = f"therapy[{number}].stop"
            refused.append(Refusal(place, RefusalKind.CONTRADICTION, "the last day is before the first"))
            last = None
        last = last or PartialDate(first.earliest, date.max)
        courses.append(Course(row.levels.get("drug", ""), first, last))
    return courses, refused


def adequate_since(courses: Sequence[Course], until: PartialDate) -> PartialDate | None:
    """Give the day on which therapy became adequate: three months of both drugs together, up to a day.

    Returns
    -------
    PartialDate or None
        The days that it may be, up to the last day of the calendar where it may be never; None where it surely is
        never.

    Examples
    --------
    >>> spring = PartialDate.parse("2026-01-10"), PartialDate.parse("2026-04-10")
    >>> courses = [Course("glucocorticoid", *spring), Course("rituximab", *spring)]
    >>> str(adequate_since(courses, PartialDate.parse("2026-06-01")))
    '2026-04-10'
    """
    sure = _reached(courses, until.earliest, certain=True)
    possible = _reached(courses, until.latest, certain=False)
    if possible is None:
        return None
    return PartialDate(possible, sure or date.max)


def _reached(courses: Sequence[Course], until: date, *, certain: bool) -> date | None:
    glucocorticoid = _stretches((c for c in courses if _is(c, (GLUCOCORTICOID,), certain)), until, certain=certain)
    others = _stretches((c for c in courses if _is(c, IMMUNOSUPPRESSANTS, certain)), until, certain=certain)
    together = ((max(a[0], b[0]), min(a[1], b[1])) for a in glucocorticoid for b in others)
    days = (_three_months_from(first, last) for first, last in together)
    return min((each for each in days if each is not None), default=None)


def _is(course: Course, drugs: Iterable[str], certain: bool) -> bool:
    return course.drug in drugs or (not certain and not course.drug)


def _stretches(courses: Iterable[Course], until: date, *, certain: bool) -> list[tuple[date, date]]:
    """Join courses that overlap or follow each other, as far as they are certain or possible."""
    bounds = (
        (c.first.latest, min(c.last.earliest, until)) if certain else (c.first.earliest, min(c.last.latest, until))
        for c in courses
    )
    found: list[tuple[date, date]] = []
    for first, last in sorted(pair for pair in bounds if pair[0] <= pair[1]):
        if found and first - found[-1][1] <= JOINING_STEP:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _three_months_from(first: date, last: date) -> date | None:
    try:
        reached = shift(first, ADEQUATE_AFTER)
    except OverflowError:
        return None
    return reached if reached <= last else None


# Assessments ------------------------------------------------------------------------------------------------------


def _assessments(said: Answers, screening: PartialDate | None) -> tuple[list[Assessment], list[Refusal]]:
    """Give the assessments in the order of their days, without those that surely come after screening."""
    found: list[Assessment] = []
    refused: list[Refusal] = []
    for number, row in enumerate(said.rows.get("assessments", ()), start=1):
        known = Assessment(
            row.days.get("date", ANY_DAY),
            row.numbers.get("bvas"),
            row.amounts.get("prednisone_mg_day"),
            row.numbers.get("major_new"),
            row.numbers.get("other_new"),
        )
        if known.bvas == 0 and known.has_activity:
            place = f"assessments[{number}].bvas"
            refused.append(Refusal(place, RefusalKind.CONTRADICTION, "BVAS is 0, but items are new or worse"))
            known = Assessment(known.day, None, known.prednisone_mg_day, known.major_new, known.other_new)
        if screening is None or not_after(known.day, screening) is not Verdict.NOT_MET:
            found.append(known)
    return sorted(found, key=lambda each: (each.day.earliest, each.day.latest)), refused


@dataclass(frozen=True, slots=True)
class _State:
    """All that is known, and what follows from it.

    Parameters
    ----------
    since
        Day from which therapy is adequate; None: never.
    assessments
        In the order of their days.
    screening
        Day of screening; None where it is not known.
    therapy_known, assessments_known
        Whether the tables were answered.
    """

    since: PartialDate | None
    assessments: Sequence[Assessment]
    screening: PartialDate | None
    therapy_known: bool
    assessments_known: bool

    @property
    def adequate(self) -> Verdict:
        if not self.therapy_known:
            return Verdict.UNKNOWN
        if self.since is None:
            return Verdict.NOT_MET
        return Verdict.UNKNOWN if self.since.latest == date.max else Verdict.MET

    def from_then_on(self, item: Assessment) -> Verdict:
        """Answer whether an assessment lies in the time of adequate therapy, up to screening."""
        start = self.since or ANY_DAY
        if not self.therapy_known:
            return Verdict.UNKNOWN
        return all_of([not_after(start, item.day), self.before_screening(item)])

    def before_screening(self, item: Assessment) -> Verdict:
        return not_after(item.day, self.screening or ANY_DAY)

    def responded(self, item: Assessment) -> Verdict:
        return all_of([item.response, self.from_then_on(item)])

    @property
    def response(self) -> Verdict:
        found = any_of(map(self.responded, self.assessments))
        if found is not Verdict.NOT_MET:
            return found
        judged = any_of(self.from_then_on(item) for item in self.assessments if item.judged)
        return Verdict.NOT_MET if judged is Verdict.MET else Verdict.UNKNOWN

    def relapse(self, place: int, *, any_day: bool = False) -> Verdict:
        """Answer whether an assessment shows a relapse, after a response and in the window."""
        item = self.assessments[place]
        alone = item.relapse_alone
        event = any_of([alone, all_of([item.few_items, self._few_items_before(place)])])
        return all_of([event, self._after_response(place), Verdict.MET if any_day else self._in_window(item)])

    def _few_items_before(self, place: int) -> Verdict:
        """Answer whether other items were new at the assessment before."""
        item = self.assessments[place]
        if all(each.day.exact for each in self.assessments):
            return self.assessments[place - 1].few_items if place else Verdict.NOT_MET
        may_be = [
            each.few_items
            for index, each in enumerate(self.assessments)
            if index != place and each.day.earliest <= item.day.latest
        ]
        return Verdict.NOT_MET if any_of(may_be) is Verdict.NOT_MET else Verdict.UNKNOWN

    def _after_response(self, place: int) -> Verdict:
        item = self.assessments[place]
        return any_of(
            all_of([self.responded(each), not_after(each.day, item.day)])
            for index, each in enumerate(self.assessments)
            if index != place
        )

    def _in_window(self, item: Assessment) -> Verdict:
        if self.screening is None:
            return Verdict.UNKNOWN
        start = PartialDate(
            shift(self.screening.earliest, RELAPSE_WINDOW, -1), shift(self.screening.latest, RELAPSE_WINDOW, -1)
        )
        return all_of([not_after(start, item.day), not_after(item.day, self.screening)])

    @property
    def relapsed(self) -> Verdict:
        """Whether there is a relapse in the window, if there was a response."""
        if not self.assessments_known:
            return Verdict.UNKNOWN
        return any_of(self.relapse(place) for place in range(len(self.assessments)))

    def cases(self) -> Iterator[Case]:
        """List the states that are possible."""
        adequate, response, relapsed = self.adequate, self.response, self.relapsed
        if adequate is not Verdict.NOT_MET:
            if response is not Verdict.NOT_MET and relapsed is not Verdict.NOT_MET:
                yield self._case("relapsed", adequate=True, response=True)
            if response is not Verdict.NOT_MET and relapsed is not Verdict.MET:
                yield self._case("neither", adequate=True, response=True)
            if response is not Verdict.MET:
                yield self._case("refractory", adequate=True, response=False)
        if adequate is not Verdict.MET:
            yield self._case("neither", adequate=False)

    def _case(self, name: str, *, adequate: bool, response: bool | None = None) -> Case:
        found = {"class": name, "adequate_therapy": _word(adequate)}
        if response is not None:
            found["response"] = _word(response)
        relapse_day = self.relapse_day if response else None
        return case_of(**found, relapse_date=None if relapse_day is None else str(relapse_day))

    @property
    def relapse_day(self) -> PartialDate | None:
        """Give the day of the relapse: the first in the window, else the last before it; None where it is open."""
        places = range(len(self.assessments))
        in_window = [(self.relapse(place), self.assessments[place].day) for place in places]
        ever = [(self.relapse(place, any_day=True), self.assessments[place].day) for place in places]
        if any(verdict is Verdict.UNKNOWN for verdict, _ in (*in_window, *ever)):
            return None
        first = next((day for verdict, day in in_window if verdict is Verdict.MET), None)
        last = next((day for verdict, day in reversed(ever) if verdict is Verdict.MET), None)
        found = first or last
        return found if found is not None and found.exact else None

    def missing(self, said: Answers) -> Iterator[str]:
        """Name what would decide between the cases."""
        if not self.therapy_known:
            yield "therapy"
        elif self.adequate is Verdict.UNKNOWN:
            rows = said.rows["therapy"]
            columns = [column.id for column in _ITEMS["therapy"].columns]
            yield from (f"therapy.{name}" for name in columns if any(_vague(row, name) for row in rows))
        undecided = Verdict.UNKNOWN in (self.response, self.relapsed)
        if undecided or self.screening is None:
            yield from self._missing_assessments()
        if self.screening is None or not self.screening.exact:
            yield "screening"

    def _missing_assessments(self) -> Iterator[str]:
        found = {name for item in self.assessments for name in item.gaps}
        if not self.assessments_known or (not found and self.adequate is Verdict.MET):
            yield "assessments"
        yield from (f"assessments.{column.id}" for column in _ITEMS["assessments"].columns if column.id in found)


def _vague(row: Answers, column: str) -> bool:
    """Answer whether a cell is empty, or a day known in part."""
    return bool(row.open([column])) or not row.days.get(column, EXACT_DAY).exact


def _word(truth: bool) -> str:
    return "true" if truth else "false"


# What a person sees -----------------------------------------------------------------------------------------------


def _flags(state: _State, courses: Sequence[Course]) -> Iterator[Flag]:
    if state.adequate is Verdict.MET:
        judged = (state.from_then_on(item) for item in state.assessments if item.judged)
        if state.assessments_known and any_of(judged) is Verdict.NOT_MET:
            yield Flag("no_assessment", "no BVAS from three months of therapy on: not refractory by absence")
        if len({course.drug for course in courses} & set(IMMUNOSUPPRESSANTS)) == 1:
            yield Flag("one_immunosuppressant", "one immunosuppressant is enough here; I03 asks for two")
    days = [
        state.assessments[place].day
        for place in range(len(state.assessments))
        if state.relapse(place, any_day=True) is Verdict.MET and state.relapse(place) is Verdict.NOT_MET
    ]
    if days and state.relapsed is Verdict.NOT_MET:
        yield Flag("relapse_outside_window", f"the relapse of {days[-1]} is not in the 12 weeks before screening")


def _steps(state: _State, possible: Sequence[Case]) -> Iterator[str]:
    match state.adequate:
        case Verdict.MET:
            yield f"therapy is adequate from {state.since} on"
        case Verdict.NOT_MET:
            yield "no three months of a glucocorticoid together with an immunosuppressant"
        case Verdict.UNKNOWN:
            yield "it is open whether therapy was adequate"
    for place, item in enumerate(state.assessments):
        if state.responded(item) is Verdict.MET:
            yield f"{item.day}: BVAS 0 with 7.5 mg prednisone a day or less: response"
        if state.relapse(place, any_day=True) is Verdict.MET:
            where = {Verdict.MET: "in", Verdict.NOT_MET: "not in"}.get(state.relapse(place), "perhaps in")
            yield f"{item.day}: relapse, {where} the 12 weeks before screening"
    if state.adequate is Verdict.MET and negate(state.response) is Verdict.MET:
        yield "no assessment from then on shows a response"
    yield f"so: {' or '.join(dict.fromkeys(str(case['class']) for case in possible))}"


AAV_REMISSION_RELAPSE = Scale(
    "aav_remission_relapse",
    "Relapsed or refractory vasculitis with ANCA",
    "NCT06680388, criterion I02.3.d",
    Citation("ClinicalTrials.gov NCT06680388; states of disease: Hellmich B et al. Ann Rheum Dis 2007;66:605-617"),
    Verification("the page of the registry", date(2026, 11, 25), "that the misplaced piece belongs to relapse"),
    _ITEMS,
    _FIELDS,
    _rule,
)
