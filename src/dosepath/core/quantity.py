"""Values with units: read a unit as hospitals write it, convert exactly, refuse what is not the same thing.

Units are UCUM codes (case sensitive). Arithmetic is in fractions from the text of the source to the comparison.
The units of the protocol stand in `_GROUPS` below, so that screening needs no library; any other UCUM code is worked
out from the definitions of the UCUM specification, which ucumvert carries and which are loaded on first need.

References
----------
Schadow G, McDonald CJ. The Unified Code for Units of Measure, version 2.2, 2024. https://ucum.org/ucum
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Self

from dosepath.core.errors import QuantityError

__all__ = ["Quantity", "QuantityError", "convert", "convertible", "factor", "read_unit"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact value and its unit.

    Two quantities are equal when both parts are: bring them to one unit with `convert` before comparing.

    Attributes
    ----------
    value
        Exact; never a float.
    unit
        Canonical UCUM code, "1" for a plain number.

    Examples
    --------
    >>> str(Quantity.of("0.50", "10^9/L"))
    '0.5 10*9/L'
    """

    value: Fraction
    unit: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, Fraction):
            raise TypeError(f"the value must be a Fraction, not {type(self.value).__name__}; use Quantity.of")

    @classmethod
    def of(cls, text_or_number: str | int | Decimal | Fraction, unit: str) -> Self:
        """Build a quantity from the text of the source, or from an exact number.

        Parameters
        ----------
        text_or_number
            Decimal text such as "0.5" or "1e9". A float is refused: it no longer holds the digits that were recorded.
        unit
            UCUM code or a spelling that `read_unit` knows.

        Raises
        ------
        TypeError
            For a float or a truth value.
        QuantityError
            If the text is no finite decimal number, or the unit is not understood.

        Examples
        --------
        >>> Quantity.of("81.6", "kg")
        Quantity(value=Fraction(408, 5), unit='kg')
        """
        return cls(_exact(text_or_number), _canonical(unit))

    def __str__(self) -> str:
        number = _decimal_text(self.value)
        return number if self.unit == "1" else f"{number} {self.unit}"


# Beyond any laboratory, and small enough that a mistyped exponent cannot fill the memory.
_LARGEST_EXPONENT: Final = 100
_SHOWN_DIGITS: Final = 6


def _exact(number: str | int | Decimal | Fraction) -> Fraction:
    if isinstance(number, bool) or not isinstance(number, str | int | Decimal | Fraction):
        raise TypeError(
            f"a value must be text, int, Decimal or Fraction, not {type(number).__name__}: "
            "a float has lost the digits of the source; pass the text, as in Quantity.of('0.5', '10*9/L')"
        )
    if isinstance(number, int | Fraction):
        return Fraction(number)
    try:
        # Decimal also reads "1_0", which no laboratory writes. Fraction would read the titre "1/80" as 0.0125.
        decimal = Decimal(number if isinstance(number, Decimal) or "_" not in number else "")
    except InvalidOperation:
        raise QuantityError(
            "the value is not a decimal number; read a bound such as '<5' or a titre such as '1:80' as what it is first"
        ) from None
    if not decimal.is_finite():
        raise QuantityError("the value is not finite (NaN or Infinity); leave a missing result out instead")
    if abs(decimal.adjusted()) > _LARGEST_EXPONENT:
        raise QuantityError(f"the value has an exponent beyond {_LARGEST_EXPONENT}; correct it in the source")
    return Fraction(decimal)


def _decimal_text(value: Fraction) -> str:
    """Write a fraction as a decimal: in full if it ends, else to six significant digits."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    digits_if_it_ends = len(str(abs(value.numerator))) + max(twos, fives)
    with localcontext(prec=digits_if_it_ends if rest == 1 else _SHOWN_DIGITS):
        text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class _Measure:
    """A unit as a multiple of base units.

    `dimension` holds (base unit, exponent). Base units are those of UCUM (m, s, g, rad, K, C, cd) and, beyond UCUM,
    the mole and whatever must not be mistaken for a plain number (`_KEPT_APART`, arbitrary units, `_PER_BODY_SURFACE`).
    """

    scale: Fraction
    dimension: frozenset[tuple[str, int]]

    def times(self, other: "_Measure", power: int = 1) -> "_Measure":
        exponents = dict(self.dimension)
        for base, exponent in other.dimension:
            exponents[base] = exponents.get(base, 0) + power * exponent
        return _Measure(self.scale * other.scale**power, _dimension(exponents))

    def exponent(self, base: str) -> int:
        return dict(self.dimension).get(base, 0)


def _dimension(exponents: Mapping[str, int]) -> frozenset[tuple[str, int]]:
    return frozenset((base, exponent) for base, exponent in exponents.items() if exponent)


_NUMBER: Final = _Measure(Fraction(1), frozenset())

# UCUM calls these plain numbers or moles. We do not: percent of what is not said; an equivalent is a mole only for a
# charge of one, an osmole only for one particle; a count per microscope field is not a count.
_KEPT_APART: Final = frozenset({"%", "eq", "osm", "[HPF]", "[LPF]"})

# An annotation has no meaning in UCUM, so mL/min and mL/min/{1.73_m2} would be one. Between the two stands the body
# surface of the patient.
_PER_BODY_SURFACE: Final = "{1.73_m2}"

# UCUM rounds the metre of mercury to 133.322 kPa. The conventional value, 13 595.1 kg/m3 x 9.80665 m/s2, is the one
# behind the usual 7.50062 mmHg per kPa. Written in g/(m.s2), for gram is the base unit.
_METRE_OF_MERCURY: Final = Fraction("133322387.415")

# An enzyme unit turns over one micromole in a minute, in mol/s.
_ENZYME_UNIT: Final = Fraction(1, 60 * 10**6)

_DAY: Final = 24 * 60 * 60

# The units of the protocol and of everyday hospital data, by what they measure: exponents of the base units, size of a
# reference unit in base units, and every unit as a multiple of that reference, which mostly is the one listed as 1.
# The tests hold each entry against the UCUM specification and against pint.
_GROUPS: Final[tuple[tuple[dict[str, int], Fraction, dict[str, Fraction | int | str]], ...]] = (
    # plain numbers, shares
    (
        {},
        Fraction(1),
        {"1": 1, "10*6": 10**6, "g/g": 1, "mg/mg": 1, "g/kg": "1e-3", "mg/g": "1e-3", "mg/kg": "1e-6", "ug/kg": "1e-9"},
    ),
    ({"%": 1}, Fraction(1), {"%": 1}),
    # cells and copies in blood; cells given per body weight
    (
        {"m": -3},
        Fraction(10**3),
        {
            "/L": 1,
            "10*6/L": 10**6,
            "10*9/L": 10**9,
            "10*12/L": 10**12,
            "/mL": 10**3,
            "10*6/mL": 10**9,
            "{copies}/mL": 10**3,
            "/uL": 10**6,
            "10*3/uL": 10**9,
            "10*6/uL": 10**12,
        },
    ),
    ({"g": -1}, Fraction(1, 1000), {"/kg": 1, "10*6/kg": 10**6}),
    # mass in volume
    (
        {"g": 1, "m": -3},
        Fraction(10**3),
        {
            "g/L": 1,
            "g/dL": 10,
            "mg/dL": "1e-2",
            "mg/L": "1e-3",
            "mg/mL": 1,
            "ug/dL": "1e-5",
            "ug/mL": "1e-3",
            "ug/L": "1e-6",
            "ng/mL": "1e-6",
            "ng/L": "1e-9",
            "pg/mL": "1e-9",
        },
    ),
    # amount of substance in volume; mass per amount (urine protein per creatinine)
    ({"mol": 1, "m": -3}, Fraction(1), {"mmol/L": 1, "umol/L": "1e-3", "nmol/L": "1e-6", "pmol/L": "1e-9"}),
    ({"g": 1, "mol": -1}, Fraction(1), {"mg/mmol": 1, "g/mmol": 1000, "g/mol": 1}),
    # enzymes by turnover, in volume; international units
    (
        {"mol": 1, "s": -1, "m": -3},
        1000 * _ENZYME_UNIT,
        {"U/L": 1, "kU/L": 1000, "mU/L": "1e-3", "U/mL": 1000, "mU/mL": 1, "ukat/L": 60, "nkat/L": "0.06"},
    ),
    ({"mol": 1, "s": -1}, _ENZYME_UNIT, {"U": 1}),
    (
        {"[IU]": 1, "m": -3},
        Fraction(10**3),
        {"[IU]/L": 1, "[IU]/mL": 1000, "k[IU]/L": 1000, "m[IU]/mL": 1, "m[IU]/L": "1e-3", "u[IU]/mL": "1e-3"},
    ),
    ({"[IU]": 1}, Fraction(1), {"[IU]": 1}),
    # time; a year of UCUM has 365.25 days and a month is a twelfth of it, while the windows of a protocol are counted
    # in calendar months
    (
        {"s": 1},
        Fraction(1),
        {
            "s": 1,
            "ms": "1e-3",
            "min": 60,
            "h": 3600,
            "d": _DAY,
            "wk": 7 * _DAY,
            "mo": _DAY * Fraction("365.25") / 12,
            "a": _DAY * Fraction("365.25"),
        },
    ),
    # rates: heart beats; dose by weight and day
    (
        {"s": -1},
        Fraction(1, 60),
        {
            "/min": 1,
            "mg/kg/d": Fraction(1, 10**6 * 1440),
            "mg/(kg.d)": Fraction(1, 10**6 * 1440),
        },
    ),
    # mass; doses by time, by body surface
    (
        {"g": 1},
        Fraction(1),
        {"g": 1, "kg": 1000, "mg": "1e-3", "ug": "1e-6", "ng": "1e-9", "pg": "1e-12", "[lb_av]": "453.59237"},
    ),
    (
        {"g": 1, "s": -1},
        Fraction(1, _DAY),
        {
            "g/d": 1,
            "g/(24.h)": 1,
            "mg/d": "1e-3",
            "mg/(24.h)": "1e-3",
            "ug/d": "1e-6",
            "mg/wk": Fraction(1, 7000),
            "g/wk": Fraction(1, 7),
        },
    ),
    ({"g": 1, "m": -2}, Fraction(1000), {"kg/m2": 1, "g/m2": "1e-3", "mg/m2": "1e-6"}),
    # length, area, volume, flow
    ({"m": 1}, Fraction(1), {"m": 1, "cm": "1e-2", "mm": "1e-3", "[in_i]": "0.0254"}),
    ({"m": 2}, Fraction(1), {"m2": 1}),
    ({"m": 3}, Fraction(1, 1000), {"L": 1, "dL": "0.1", "mL": "1e-3", "uL": "1e-6", "fL": "1e-15"}),
    (
        {"m": 3, "s": -1},
        Fraction(1, 1000 * 60),
        {"L/min": 1, "mL/min": "1e-3", "mL/h": Fraction(1, 60_000), "mL/d": Fraction(1, 1_440_000)},
    ),
    ({"m": 3, "s": -1, _PER_BODY_SURFACE: -1}, Fraction(1, 10**6 * 60), {"mL/min/{1.73_m2}": 1}),
    ({"m": 1, "s": -1}, Fraction(1, 1000 * 3600), {"mm/h": 1}),
    # pressure
    ({"g": 1, "m": -1, "s": -2}, Fraction(10**3), {"Pa": 1, "kPa": 1000, "mm[Hg]": _METRE_OF_MERCURY / 10**6}),
    # cells in the field of a microscope, which is no volume
    ({"[HPF]": -1}, Fraction(1), {"/[HPF]": 1}),
    # absolute temperature
    ({"K": 1}, Fraction(1), {"K": 1}),
)

_COMMON: Final[Mapping[str, _Measure]] = MappingProxyType(
    {
        code: _Measure(reference * Fraction(multiple), _dimension(exponents))
        for exponents, reference, multiples in _GROUPS
        for code, multiple in multiples.items()
    }
)

# Kelvin per degree, and degrees from absolute zero up to the zero of the scale: K = (value + shift) x size.
_TEMPERATURE_SCALES: Final[Mapping[str, tuple[Fraction, Fraction]]] = MappingProxyType(
    {
        "K": (Fraction(1), Fraction(0)),
        "Cel": (Fraction(1), Fraction("273.15")),
        "[degF]": (Fraction(5, 9), Fraction("459.67")),
    }
)

# Scales with their own zero or logarithm, that hospital data holds: no factor leads from them to another unit.
_NOT_PROPORTIONAL: Final = frozenset({"Cel", "[degF]", "[pH]"})

# Grams per mole, from the reference instrument unit_conversions (version 1): creatinine as exactly 88.4 umol/L per
# mg/dL, bilirubin as 17.104; haemoglobin is the monomer with one iron; UPCR is protein by mole of creatinine. IgG has
# no entry under its own name, for its factor is the laboratory's; `igg_umol` asks for 150 kDa knowingly.
_CREATININE_G_PER_MOL: Final = 10_000 / Fraction("88.4")
_BILIRUBIN_G_PER_MOL: Final = 10_000 / Fraction("17.104")
_HEMOGLOBIN_G_PER_MOL: Final = Fraction("16114.5")
_G_PER_MOL: Final[Mapping[str, Fraction]] = MappingProxyType(
    {
        "creatinine": _CREATININE_G_PER_MOL,
        "upcr": _CREATININE_G_PER_MOL,
        "bilirubin": _BILIRUBIN_G_PER_MOL,
        "total_bilirubin": _BILIRUBIN_G_PER_MOL,
        "hemoglobin": _HEMOGLOBIN_G_PER_MOL,
        "haemoglobin": _HEMOGLOBIN_G_PER_MOL,
        "igg_umol": Fraction(150_000),
    }
)

# Enzymes whose "international unit" is the enzyme unit of one micromole in a minute (unit_conversions, `enzymes`).
_ENZYMES: Final = frozenset({"ast", "alt", "ck", "ldh", "aldolase"})

_SUPERSCRIPTS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_CHARACTERS: Final = str.maketrans("µμ×·" + _SUPERSCRIPTS, "uux." + "0123456789-")

# Words that are no UCUM atoms, or not the atom that is meant. Whole words outside brackets, in this very case.
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {word: code for code, words in {
        "L": "l liter litre liters litres", "dL": "dl", "mL": "ml cc", "uL": "ul", "nL": "nl", "fL": "fl",
        "g": "gm gms gram grams", "mg": "mgs milligram milligrams", "ug": "mcg microgram micrograms", "kg": "kgs",
        "[lb_av]": "lb lbs pound pounds", "[in_i]": "in inch inches",
        "umol": "micromol micromole micromoles mcmol", "mmol": "millimol millimole millimoles", "meq": "mEq",
        "[IU]": "IU", "m[IU]": "mIU", "u[IU]": "uIU", "k[IU]": "kIU",
        "s": "sec secs second seconds", "min": "mins minute minutes", "h": "hr hrs hour hours", "d": "day days",
        "wk": "wks week weeks", "mo": "mos month months", "a": "yr yrs year years",
        "mm[Hg]": "mmHg", "Cel": "degC celsius", "[degF]": "degF fahrenheit", "%": "percent pct",
    }.items() for word in words.split()}
)  # fmt: skip

# Whole spellings, after the words have been put right.
_SPELLINGS: Final[Mapping[str, str]] = MappingProxyType(
    {spelling: code for code, spellings in {
        "10*3/uL": ("K/uL", "k/uL", "thou/uL", "thousand/uL", "1000/uL"),
        "10*6/uL": ("M/uL", "mil/uL", "million/uL"),
        "{INR}": ("INR",),
        "{titer}": ("titer", "titre", "{titre}"),
        "g/dL": ("g%",),
        "mg/dL": ("mg%",),
        "mm[Hg]": ("mm Hg",),
        "cm[H2O]": ("cmH2O", "cm H2O"),
        "Cel": ("°C", "° C", "℃", "deg C"),
        "[degF]": ("°F", "° F", "℉", "deg F"),
        "{copies}/mL": ("copies/mL", "cp/mL"),
        "/min": ("beats/min", "{beats}/min", "breaths/min", "{breaths}/min", "bpm"),
        "mL/min/{1.73_m2}": (
            "mL/min/1.73m2", "mL/min/1.73_m2", "mL/min/1.73.m2", "mL/min/1.73sqm", "mL/min/{1.73m2}",
            "mL/min/(1.73m2)", "mL/min/(1.73_m2)", "mL/min/[1.73_m2]",
        ),
    }.items() for spelling in spellings}
)  # fmt: skip

# Valid UCUM that in a hospital means something else: gauss for gram, coulomb and farad for degrees, kelvin for
# thousand, siemens and henry for seconds and hours, astronomical unit for an arbitrary one, dalton for unit,
# femtotonne for foot.
_NEVER: Final = frozenset({"G", "u", "b", "ph", "st", "pc"})
_NEVER_BARE: Final = frozenset({"AU", "C", "F", "H", "K", "R", "S"})
_NEVER_PREFIXED: Final = frozenset({"t"})
# "Mg/dL" is a shift key, not a million grams; "MU/L" may be either.
_HUGE_PREFIXES: Final = frozenset({"M", "G", "T", "P", "E", "Z", "Y"})
_EVERYDAY: Final = frozenset({"g", "m", "mol", "L", "l", "s", "U", "eq", "osm", "kat"})

_LONGEST_CODE: Final = 60
_LARGEST_POWER: Final = 30

# The text of an exponent lost its place: "109/L" for 10^9/L.
_FLATTENED_POWER: Final = re.compile(r"10(?:[1-9]|1[0-9])(?![0-9])")
_ANNOTATION: Final = re.compile(r"\{[!-z|~]*\}")

_REPAIRS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # "x 10^9/L", "g/24 h", "mL/min/1.73 m2": spaces beside digits and signs carry nothing
    (re.compile(r"(?<=[0-9^*/.xX(]) +| +(?=[0-9^*/.)])"), ""),
    # ten to the ninth is written 10^9, x10^9, 10E9 or 10**9, and 10*9 in UCUM
    (re.compile(r"^[xX*]?10(?:\^|\*\*?|[Ee])\+?0?([1-9][0-9]?)(?![0-9])"), r"10*\1"),
    # kg/m^2
    (re.compile(r"(?<=[A-Za-z])\^(?=[0-9])"), ""),
    # what is counted is told by the test, not by the unit
    (re.compile(r"^(10\*[0-9]+)?(?:\{(?:cells?|#)\}|cells?|#)/"), r"\1/"),
    (re.compile(r"^1/"), "/"),
    # 1 mm3 is 1 uL
    (re.compile(r"/(?:mm3|cmm|cumm)$"), "/uL"),
    (re.compile(r"\[iU\]"), "[IU]"),
)
_DAY_OF_COLLECTION: Final = re.compile(r"/(?:24h|\(24h\))$")
_WORD: Final = re.compile(r"\[[^\]]*\]|\{[^}]*\}|[A-Za-z_]+")


def _replace_word(found: re.Match[str]) -> str:
    return _WORDS.get(found[0], found[0])


@lru_cache(maxsize=4096)
def read_unit(text: str) -> str | None:
    """Read a unit as it stands in hospital data.

    Case decides, as in UCUM: an all-capital "MG/DL" is not guessed at. Nor is UCUM that reads as something no hospital
    means: "G/L" (gauss), "Mg/dL" (a million grams), "109/L" (a power that lost its height), "C", "F".

    Parameters
    ----------
    text
        UCUM code or common spelling ("10^9/L", "K/µL", "mmHg", "mcg/day").

    Returns
    -------
    str or None
        The canonical UCUM code; the code as given if it is valid UCUM outside our tables; None if not understood.

    Examples
    --------
    >>> [read_unit(text) for text in ("x 10⁹/L", "IU/l", "mm Hg", "G/L")]
    ['10*9/L', '[IU]/L', 'mm[Hg]', None]
    """
    if text in _COMMON:
        return text
    code = re.sub(f"(?<![0-9])10([{_SUPERSCRIPTS}]+)", r"10*\1", " ".join(text.split())).translate(_CHARACTERS)
    for pattern, replacement in _REPAIRS:
        code = pattern.sub(replacement, code)
    code = _DAY_OF_COLLECTION.sub("/(24.h)", _WORD.sub(_replace_word, code))
    code = _SPELLINGS.get(code, code)
    if code in _COMMON or code in _NOT_PROPORTIONAL or _ANNOTATION.fullmatch(code):
        return code
    return code if _is_safe_ucum(code) else None


def _is_safe_ucum(code: str) -> bool:
    """Tell whether a code is valid UCUM and no look-alike of something else."""
    if not code or len(code) > _LONGEST_CODE or not code.isascii() or " " in code or _FLATTENED_POWER.match(code):
        return False
    tree = _parsed(code)
    if tree is None:
        return False
    units = (_prefix_and_atom(node) for node in tree.find_data("simple_unit"))
    powers = (int(node.children[1]) for node in tree.find_data("annotatable"))
    return not any(_is_lookalike(*unit) for unit in units) and all(abs(power) <= _LARGEST_POWER for power in powers)


def _is_lookalike(prefix: str, atom: str) -> bool:
    if atom in _NEVER:
        return True
    if prefix:
        return atom in _NEVER_PREFIXED or (prefix in _HUGE_PREFIXES and atom in _EVERYDAY)
    return atom in _NEVER_BARE


# UCUM version 2.2, table 1; the exponent of ten, and of two for the binary ones.
_PREFIXES: Final[Mapping[str, Fraction]] = MappingProxyType(
    {prefix: Fraction(10) ** power for prefix, power in {
        "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
        "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
    }.items()}
    | {"Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30), "Ti": Fraction(2**40)}
)  # fmt: skip


class _NotProportionalError(Exception):
    """The code holds a unit with its own zero or a logarithm."""


@lru_cache(maxsize=1)
def _ucum_parser() -> Any:
    from ucumvert import get_ucum_parser  # noqa: PLC0415 - takes half a second, and the usual screening never asks

    return get_ucum_parser()


@lru_cache(maxsize=1)
def _ucum_definitions() -> tuple[frozenset[str], Mapping[str, Any]]:
    """Return the base units and the defined units of the UCUM specification."""
    from ucumvert import xml_util  # noqa: PLC0415

    defined = {unit.code_cs: unit for unit in xml_util.get_units_with_full_definition()}
    return frozenset(xml_util.get_base_units()), MappingProxyType(defined)


@lru_cache(maxsize=1024)
def _parsed(code: str) -> Any:
    """Return the syntax tree of a UCUM code, or None if it is not valid."""
    from ucumvert import InvalidUcumError, parse_ucum  # noqa: PLC0415

    try:
        return parse_ucum(code, _ucum_parser())
    except InvalidUcumError:
        return None


def _prefix_and_atom(simple_unit: Any) -> tuple[str, str]:
    *prefix, atom = map(str, simple_unit.children)
    return "".join(prefix), atom


@lru_cache(maxsize=1024)
def _ucum_measure(code: str) -> _Measure | None:
    """Work out a valid code from the UCUM specification; None if it is not proportional to base units."""
    try:
        return _measure_node(_parsed(code))
    except _NotProportionalError:
        return None


def _measure_node(node: Any) -> _Measure:
    if isinstance(node, str):  # an annotation is the only token that stands alone
        return _measure_annotation(node)
    parts = node.children
    match node.data:
        case "main_term":
            return _measure_node(parts[0]) if len(parts) == 1 else _NUMBER.times(_measure_node(parts[1]), -1)
        case "term":
            return _measure_node(parts[0]).times(_measure_node(parts[2]), 1 if parts[1] == "." else -1)
        case "component":
            return _measure_node(parts[0]).times(_measure_annotation(parts[1]))
        case "annotatable":
            return _NUMBER.times(_measure_node(parts[0]), int(parts[1]))
        case "simple_unit":
            prefix, atom = _prefix_and_atom(node)
            measure = _measure_atom(atom)
            return _Measure(measure.scale * _PREFIXES[prefix], measure.dimension) if prefix else measure
        case unknown:
            raise AssertionError(f"the UCUM grammar of ucumvert has a new rule, {unknown}")


def _measure_annotation(annotation: str) -> _Measure:
    if annotation.replace("_", "") == _PER_BODY_SURFACE.replace("_", ""):
        return _Measure(Fraction(1), _dimension({_PER_BODY_SURFACE: 1}))
    return _NUMBER


@lru_cache(maxsize=512)
def _measure_atom(atom: str) -> _Measure:
    bases, defined = _ucum_definitions()
    if atom.isdecimal():
        return _Measure(Fraction(atom), _NUMBER.dimension)
    if atom in bases or atom == "mol" or atom in _KEPT_APART or defined[atom].is_arbitrary:
        return _Measure(Fraction(1), _dimension({"[IU]" if atom == "[iU]" else atom: 1}))
    if defined[atom].is_special:
        raise _NotProportionalError(atom)
    if atom == "m[Hg]":
        return _Measure(_METRE_OF_MERCURY, _dimension({"g": 1, "m": -1, "s": -2}))
    definition = _measure_node(_parsed(defined[atom].defining_unit))
    return _Measure(definition.scale * Fraction(defined[atom].conversion_factor), definition.dimension)


def _canonical(unit: str) -> str:
    code = read_unit(unit)
    if code is None:
        raise QuantityError(
            f"unit {unit!r} is not understood; write its UCUM code, such as 10*9/L or mg/dL (capitals matter)"
        )
    return code


def _measure(code: str) -> _Measure | None:
    common = _COMMON.get(code)
    if common is not None:
        return common
    if code in _NOT_PROPORTIONAL:
        return None
    if _ANNOTATION.fullmatch(code):
        return _measure_annotation(code)
    return _ucum_measure(code)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


@lru_cache(maxsize=4096)
def factor(from_unit: str, to_unit: str, analyte: str | None = None) -> Fraction:
    """Return by what a value in one unit is multiplied to stand in another.

    Beyond UCUM, which sees only dimensions: mass turns into amount of substance for an analyte whose molar mass is
    known; international units are enzyme units for AST, ALT, CK, LDH and aldolase; a plain number, an INR and a titre
    are alike; a percent becomes a plain number but nothing becomes a percent; international units, equivalents and
    osmoles are not moles or numbers; and mL/min is not mL/min/{1.73_m2}.

    Parameters
    ----------
    from_unit, to_unit
        UCUM codes or spellings that `read_unit` knows.
    analyte
        Concept that was measured: creatinine, upcr, bilirubin (total_bilirubin), hemoglobin, igg_umol, ast, alt, ck,
        ldh, aldolase. Any other has no facts of its own.

    Returns
    -------
    Fraction
        Exact: value in `to_unit` = factor x value in `from_unit`.

    Raises
    ------
    QuantityError
        If a unit is not understood, if the two do not measure the same thing, or if the scales differ in their zero
        (temperature: use `convert`).

    References
    ----------
    UCUM version 2.2. Molar facts: reference unit_conversions.yaml version 1; creatinine 88.4 by ruling 10.

    Examples
    --------
    >>> factor("/uL", "10*9/L")
    Fraction(1, 1000)
    >>> float(factor("mg/dL", "umol/L", "creatinine"))
    88.4
    """
    source, target = _canonical(from_unit), _canonical(to_unit)
    if source == target:
        return Fraction(1)
    if (source, target) == ("%", "1"):
        return Fraction(1, 100)
    have, want = _measure(source), _measure(target)
    if have is None or want is None:
        raise QuantityError(_why_no_factor(source, target))
    if analyte in _ENZYMES:
        have, want = _as_enzyme_units(have), _as_enzyme_units(want)
    if have.dimension == want.dimension:
        return have.scale / want.scale
    if analyte is not None and analyte in _G_PER_MOL:
        moles = have.exponent("mol") - want.exponent("mol")
        weighed = have.times(_Measure(_G_PER_MOL[analyte], _dimension({"g": 1, "mol": -1})), moles)
        if abs(moles) == 1 and weighed.dimension == want.dimension:
            return weighed.scale / want.scale
    raise QuantityError(_why_not(source, target, have, want))


def _as_enzyme_units(measure: _Measure) -> _Measure:
    turnover = _Measure(_ENZYME_UNIT, _dimension({"mol": 1, "s": -1, "[IU]": -1}))
    return measure.times(turnover, measure.exponent("[IU]"))


def _why_no_factor(source: str, target: str) -> str:
    if source in _TEMPERATURE_SCALES and target in _TEMPERATURE_SCALES:
        return f"no single factor leads from {source!r} to {target!r}: the scales differ in their zero; use convert()"
    return f"cannot convert {source!r} to {target!r}: a scale with its own zero or a logarithm; record it in {target!r}"


def _why_not(source: str, target: str, have: _Measure, want: _Measure) -> str:
    problem = f"cannot convert {source!r} to {target!r}"
    bases = {base for base, _ in have.dimension ^ want.dimension}
    if bases == {"%"}:
        return f"{problem}: of what whole is not said (only % to 1 is read); record the result in {target!r}"
    if _PER_BODY_SURFACE in bases:
        return f"{problem}: the patient's body surface stands between them; record the result in {target!r}"
    if bases == {"[IU]", "mol", "s"}:
        return f"{problem}: an international unit is an enzyme unit only for the analytes {_listed(_ENZYMES)}"
    if bases == {"g", "mol"}:
        return f"{problem} without the molar mass; known for the analytes {_listed(_G_PER_MOL)}"
    return f"{problem}: they do not measure the same thing; correct the unit in the source, or record it in {target!r}"


@lru_cache(maxsize=4096)
def convertible(from_unit: str, to_unit: str, analyte: str | None = None) -> bool:
    """Tell whether `convert` can bring a value from one unit to another.

    False also for a unit that is not understood. Parameters as in `factor`.

    Examples
    --------
    >>> convertible("g/dL", "g/L"), convertible("[degF]", "Cel"), convertible("mg/dL", "umol/L")
    (True, True, False)
    """
    if read_unit(from_unit) in _TEMPERATURE_SCALES and read_unit(to_unit) in _TEMPERATURE_SCALES:
        return True
    try:
        factor(from_unit, to_unit, analyte)
    except QuantityError:
        return False
    return True


def convert(quantity: Quantity, to_unit: str, analyte: str | None = None) -> Quantity:
    """Bring a quantity to another unit, exactly.

    Temperatures (Cel, [degF], K) are readings of a thermometer here, not differences.

    Parameters
    ----------
    quantity
        In any unit.
    to_unit, analyte
        As in `factor`.

    Raises
    ------
    QuantityError
        As `factor` does.

    Examples
    --------
    >>> str(convert(Quantity.of("100.4", "[degF]"), "Cel"))
    '38 Cel'
    >>> str(convert(Quantity.of("6.0", "mmol/L"), "g/L", "hemoglobin"))
    '96.687 g/L'
    """
    source, target = _canonical(quantity.unit), _canonical(to_unit)
    if source == target:
        return Quantity(quantity.value, target)
    if source in _TEMPERATURE_SCALES and target in _TEMPERATURE_SCALES:
        size, shift = _TEMPERATURE_SCALES[source]
        target_size, target_shift = _TEMPERATURE_SCALES[target]
        return Quantity((quantity.value + shift) * size / target_size - target_shift, target)
    return Quantity(quantity.value * factor(source, target, analyte), target)
