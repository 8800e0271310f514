"""Decision tables: what is read and refused, the table of any design, a table as a design."""

import numpy as np
import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton
from dosepath.dosefinding.decision_table import read_table, table_of
from dosepath.dosefinding.design import Action, Design, decide
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.guards import StopAtPatients
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.three_plus_three import variant
from tests.unit.dosefinding.test_design_laws import DESIGNS

HEAD = "treated,dlts,action\n"
THREE = "3,0,E\n3,1,S\n3,2,D\n3,3,DU\n"


def written(design: Design) -> str:
    return HEAD + "".join(f"{row.treated},{row.dlts},{row.step.value}\n" for row in table_of(design))


def lines(design: Design, **options: int) -> dict[int, str]:
    found: dict[int, str] = {}
    for row in table_of(design, **options):
        found[row.treated] = f"{found.get(row.treated, '')} {row.step.value}".strip()
    return found


@pytest.mark.parametrize("name", ["Boin", "Keyboard", "Mtpi", "I3Plus3"])
def test_a_table_written_and_read_back_is_the_same_design(name: str) -> None:
    design = DESIGNS[name]
    found, wanted = enumerate_design(read_table(written(design), 3, 0.3, 5)), enumerate_design(design)
    truth = [0.1, 0.25, 0.4]
    assert np.allclose(
        found.characteristics(truth).recommendation, wanted.characteristics(truth).recommendation, rtol=0, atol=1e-12
    )


def test_tables_of_designs() -> None:
    assert lines(variant("V3", 3)) == {3: "E S DU DU", 6: "E E DU DU DU DU DU"}
    assert lines(variant("V4", 3)) == {3: "E S DU DU", 6: "E E S DU DU DU DU"}
    assert lines(Boin(6, 0.3), most=6) == {3: "E S D DU", 6: "E E S D DU DU DU"}
    assert lines(Crm(Skeleton((0.1, 0.25, 0.45)), 0.25, 5), most=3) == {3: "E S D D"}
    assert lines(StopAtPatients(variant("V3", 3), 12))[3] == "E S DU DU"


@pytest.mark.parametrize("name", DESIGNS)
def test_one_more_dlt_never_asks_for_a_higher_dose_in_a_table(name: str) -> None:
    for letters in lines(DESIGNS[name]).values():
        order = [["E", "S", "D", "DU"].index(each) for each in letters.split()]
        assert order == sorted(order)


def test_a_trial_ends_where_the_table_does() -> None:
    design = read_table(HEAD + THREE, 3, 0.3)
    assert decide(design, read_outcomes("1NNN", 3)).level == 2
    ended = decide(design, read_outcomes("1NNT", 3))
    assert (ended.action, ended.level) == (Action.COMPLETE, 1)
    assert "the table ends with 3 patients" in ended.rule
    assert decide(design, read_outcomes("1TTT", 3)).action is Action.STOP


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "columns of a decision table are treated, dlts, action, not none"),
        ("n,dlts,action\n3,0,E", "columns"),
        (HEAD, "no rows"),
        (HEAD + THREE + "3,0,E\n", "row 6: 0 DLT in 3 stands in row 2 already"),
        (HEAD + "x,0,E\n", "row 2: treated 'x' is no number"),
        (HEAD + "3,-1,E\n", "row 2: dlts '-1' is no number"),
        (HEAD + "3,,E\n", "row 2: dlts '' is no number"),
        (HEAD + "3,4,E\n", "row 2: 4 DLT in 3 cannot be"),
        (HEAD + "0,0,E\n", "row 2: nobody is treated"),
        (HEAD + "3,0,up\n", "row 2: action 'up' is none of E, S, D, DU"),
        (HEAD + "3,0,E,x\n", "row 2: it has more than three cells"),
        (HEAD + "999,0,E\n", "row 2: 999 treated; a table goes up to"),
        (HEAD + "3,0,E\n3,2,D\n", "no row for 1, 3 DLT in 3 treated"),
        (HEAD + THREE + "9,0,E\n", "no row for 0, 1, 2, 3, 4, 5, 6 DLT in 6 treated"),
        (HEAD + THREE + "4,0,E\n", "row 6: 4 treated is no whole number of cohorts of 3"),
        (HEAD + "3,0,S\n3,1,E\n3,2,D\n3,3,DU\n", "row 3: E with 1 DLT in 3, but S with 0"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_row(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_table(text, 3, 0.3)
    assert why in str(caught.value)


def test_all_problems_are_told_at_once_and_small_things_are_forgiven() -> None:
    with pytest.raises(InputError, match=r"row 2: .*; row 3: "):
        read_table(HEAD + "x,0,E\n3,9,E\n", 3, 0.3)
    design = read_table("\ufeffAction, Treated, DLTs\ne, 1, 0\ndu, 1, 1\n", 3, 0.3)
    assert (design.cohort_size, design.asks(1, 0)) == (1, 1)


def test_tables_of_one_level_and_up_to_a_number() -> None:
    assert lines(variant("V3", 3), level=1) == {3: "E S DU DU", 6: "E E DU DU DU DU DU"}
    assert lines(variant("V3", 3), level=3) == {3: "S S DU DU", 6: "S S DU DU DU DU DU"}
    assert lines(variant("V3", 2)) == {3: "E S DU DU", 6: "E E DU DU DU DU DU"}
    assert lines(variant("V3", 1)) == {3: "S S DU DU", 6: "S S DU DU DU DU DU"}
    assert lines(variant("V3", 3), most=5) == {3: "E S DU DU"}
    user = read_table(HEAD + THREE, 3, 0.3)
    assert lines(user) == {3: "E S D DU"}
    assert lines(user, most=9) == {3: "E S D DU"}
    assert lines(Boin(3, 0.3, 3, 2), most=5) == {2: "E D D", 4: "E S D DU DU"}
    assert lines(Boin(3, 0.3, 3), most=9)[9] == lines(Boin(3, 0.3, 3))[9] == "E E E S D DU DU DU DU DU"


@pytest.mark.parametrize("level", [0, 4])
def test_the_table_of_a_level_that_there_is_not_is_refused(level: int) -> None:
    with pytest.raises(InputError) as caught:
        table_of(variant("V3", 3), level)
    assert str(caught.value) == f"there is no dose level {level}; they are 1 to 3"


def test_the_largest_table_is_read() -> None:
    rows = "".join(f"120,{dlts},{'E' if dlts < 60 else 'DU'}\n" for dlts in range(121))
    assert read_table(HEAD + rows, 3, 0.3, cohorts=1).largest == 120


def test_problems_are_whole_sentences() -> None:
    with pytest.raises(InputError) as caught:
        read_table("n,x\n", 3, 0.3)
    assert str(caught.value) == "the columns of a decision table are treated, dlts, action, not n, x"
    with pytest.raises(InputError) as caught:
        read_table(HEAD, 3, 0.3)
    assert str(caught.value) == "the decision table has no rows"
