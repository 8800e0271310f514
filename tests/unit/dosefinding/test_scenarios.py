"""Scenarios: shapes hold what their names say for every number of doses, and what is pasted is read or refused."""

import pytest

from dosepath.core.errors import InputError
from dosepath.dosefinding.scenarios import HIGHEST, SHAPES, longer, read_rates, scenario
from dosepath.dosefinding.tools import correct_level


@pytest.mark.parametrize("doses", range(2, 11))
@pytest.mark.parametrize("target", [0.1, 0.25, 0.3, 0.5])
def test_shapes_rise_and_stand_where_their_names_say(doses: int, target: float) -> None:
    for shape in SHAPES:
        rates = scenario(shape, doses, target)
        assert len(rates) == doses
        assert list(rates) == sorted(rates)
        assert 0 < rates[0] <= rates[-1] <= HIGHEST
    assert set(scenario("flat", doses, target)) == {target}
    assert scenario("gentle", doses, target)[-1] == target
    assert correct_level(scenario("middle", doses, target), target) == (doses + 1) // 2
    assert scenario("steep", doses, target)[:2] == (round(target / 2, 3), target)
    assert min(scenario("toxic", doses, target)) > target


def test_more_doses_go_on_in_the_last_step_and_never_down() -> None:
    assert longer((0.1, 0.3), 4) == (0.1, 0.3, 0.5, 0.7)
    assert longer((0.4, 0.2), 3) == (0.4, 0.2, 0.2)
    assert longer((0.5, 0.9), 4) == (0.5, 0.9, 0.95, 0.95)
    assert longer((0.5, 1.0), 3) == (0.5, 1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "0 rates; from 2 to 4"),
        ("0.1", "1 rates"),
        ("0.1 0.2 0.3 0.4 0.5", "5 rates"),
        ("0.1, x", "'x' is no rate"),
        ("-0.1 0.2", "'-' is no rate"),
        ("10 25 40", "write 25 % with its sign"),
        ("120 % 3 %", "a rate lies between 0 and 1"),
        ("<b>0.1</b> 0.2", "is no rate"),
    ],
)
def test_what_is_no_list_of_rates_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_rates(text, 2, 4)
