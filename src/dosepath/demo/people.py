"""Names and ages of invented people. Every family name begins with "Synthetic-"."""

from random import Random

from dosepath.demo.chart import Arm, Sex
from dosepath.demo.dates import Ago

_FAMILIES = (
    "Okafor", "Lindqvist", "Núñez", "Petrov", "Haddad", "Kowalska", "Tanaka", "Müller", "Silva", "Nguyễn",
    "Achebe", "Rossi", "Ødegård", "Moreau", "Çelik", "Banerjee", "O'Connor", "王", "Horváth", "Papadopoulou",
)  # fmt: skip
_GIVEN: dict[Sex, tuple[str, ...]] = {
    "female": (
        "Amara", "Zoë", "Lucía", "Ingrid", "Małgorzata", "Yuki", "Fatima", "Chloé", "晓梅", "Elif",
        "Priya", "Siobhán", "Hannah", "Ana María", "Eszter", "Rania",
    ),
    "male": ("Chidi", "Björn", "José", "Łukasz", "Kenji", "Omar", "François", "建国", "Emre", "Arjun", "Seán"),
}  # fmt: skip
_WOMEN_IN_TEN: dict[Arm, int] = {"SLE": 9, "dcSSc": 7, "AAV": 5, "IIM": 6, "SS": 9}
_AGES: dict[Arm, tuple[int, int]] = {
    "SLE": (21, 50),
    "dcSSc": (31, 60),
    "AAV": (36, 62),
    "IIM": (30, 60),
    "SS": (33, 61),
}


def draw_name(rng: Random, sex: Sex) -> tuple[str, str]:
    """Draw a family and a given name."""
    return f"Synthetic-{rng.choice(_FAMILIES)}", rng.choice(_GIVEN[sex])


def draw_sex(rng: Random, arm: Arm) -> Sex:
    """Draw a sex, in about the proportion in which the disease takes it."""
    return "female" if rng.randint(1, 10) <= _WOMEN_IN_TEN[arm] else "male"


def draw_birth(rng: Random, arm: Arm) -> Ago:
    """Draw a day of birth that makes a usual age for the disease, far from the limits of the trial."""
    youngest, oldest = _AGES[arm]
    return Ago(months=12 * rng.randint(youngest, oldest) + rng.randint(1, 11), days=rng.randint(0, 27))
