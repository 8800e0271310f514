"""Files of reference numbers of dose finding: a list `entries`, each of a kind, with inputs, outputs and tolerance.

Tolerances stand in the entry: `exact`, a number, or a formula such as `4*sqrt(p(100-p)/10000)`, in which p is the
share itself, in percent where the formula says 100 and as a probability where it says 1.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import sqrt
from typing import Any, TypeAlias

import numpy as np

from dosepath.cli.verify.outcome import CaseResult
from dosepath.core.errors import DosepathError, InputError
from dosepath.dosefinding import blrm
from dosepath.dosefinding.beta import isotonic
from dosepath.dosefinding.blrm import OVER, UNDER, LogisticPrior
from dosepath.dosefinding.boin import Boin
from dosepath.dosefinding.crm import Crm, Skeleton, calibrated_skeleton, most_likely, partial_posterior
from dosepath.dosefinding.design import Action, Decision, decision_of, state_after
from dosepath.dosefinding.exact import enumerate_design
from dosepath.dosefinding.keyboard import Keyboard
from dosepath.dosefinding.mtpi import Mtpi
from dosepath.dosefinding.open_windows import Followed, OpenTally
from dosepath.dosefinding.outcomes import read_outcomes
from dosepath.dosefinding.rolling_six import RollingSix
from dosepath.dosefinding.table_design import DOWN, STAY, UP, TableDesign
from dosepath.dosefinding.three_plus_three import variant
from dosepath.dosefinding.tite_boin import MOST_PENDING, TiteBoin
from dosepath.dosefinding.tite_crm import weights_of

ENTRY_KEYS = frozenset({"id", "kind", "source", "inputs", "outputs", "tolerance", "note", "independent_check"})

Tolerance: TypeAlias = Callable[[float], float]
"""From the share or number itself to the difference that is allowed."""

EXACT = "exact"
TINY = 1e-9
"""Difference allowed where the entry says nothing or `exact`: only that of a decimal to a float."""

ALIKE: Mapping[str, str] = {
    "percent_no_selection": "selection_percent",
    "mean_dlt_per_dose": "mean_patients",
    "mean_total_n": "mean_patients",
    "mean_total_dlt": "mean_patients",
}
"""Simulated results that have no tolerance of their own, and whose it is."""

ALIKE_FROM: Mapping[str, str] = {
    "p_under_": "interval_probabilities",
    "p_target_": "interval_probabilities",
    "p_over_": "interval_probabilities",
}
"""The same by how the name of a result begins."""

_FORMULA = re.compile(r"(?P<times>[\d.]+)\*sqrt\(p\((?P<whole>1|100)-p\)/(?P<trials>\d+)\)")


def verify(document: Mapping[str, Any]) -> Iterator[CaseResult]:
    """Run every entry of a file.

    Raises
    ------
    InputError
        When there is no list of entries.
    """
    entries = document.get("entries")
    if not isinstance(entries, list):
        raise InputError("a file of reference numbers has a list 'entries'")
    for number, entry in enumerate(entries, start=1):
        name = str(entry.get("id", number)) if isinstance(entry, dict) else str(number)
        try:
            found = tuple(_differences(entry))
        except (DosepathError, ValueError) as error:
            found = (str(error),)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            found = (f"not laid out as such an entry: {type(error).__name__} {error}",)
        yield CaseResult(name, found)


def _differences(entry: Mapping[str, Any]) -> Iterator[str]:
    unknown = sorted(set(entry) - ENTRY_KEYS)
    if unknown:
        raise InputError(f"unknown key {', '.join(unknown)}")
    kind = str(entry["kind"])
    if kind not in KINDS:
        raise InputError(f"nothing of kind '{kind}' can be verified; known are {', '.join(sorted(KINDS))}")
    got = KINDS[kind](entry["inputs"], entry)
    wanted = entry["outputs"]
    if isinstance(wanted, list):
        wanted = _columns(wanted)
    for key, value in wanted.items():
        if key not in got:
            yield f"{key}: unknown key in what is expected"
        elif got[key] is not None:
            yield from compared(key, value, got[key], tolerance_of(entry.get("tolerance") or {}, key))


def _columns(rows: Sequence[Any]) -> Mapping[str, Any]:
    """Turn a list of rows into lists by key, so that each key has its own tolerance."""
    if all(isinstance(row, Mapping) and row.keys() == rows[0].keys() for row in rows):
        return {key: [row[key] for row in rows] for key in rows[0]}
    return {"rows": rows}


# Comparing --------------------------------------------------------------------------------------------------------


def tolerance_of(stated: Mapping[str, Any] | str, key: str) -> Tolerance:
    """Find what an entry allows for one of its outputs: under its name, under a part of it, or for all.

    Examples
    --------
    >>> tolerance_of({"selection_percent": "4*sqrt(p(100-p)/10000) each side"}, "selection_percent")(50.0)
    2.0
    """
    if not isinstance(stated, Mapping):
        return _as_tolerance(stated)
    other = ALIKE.get(key) or next((name for start, name in ALIKE_FROM.items() if key.startswith(start)), None)
    alike = [name for name in stated if name in key or name == other]
    for name in (key, *sorted(alike, key=len, reverse=True), "abs", "all"):
        if name in stated:
            return _as_tolerance(stated[name])
    return _as_tolerance(EXACT)


def _as_tolerance(text: Any) -> Tolerance:
    if isinstance(text, str) and (found := _FORMULA.search(text.replace(" ", ""))):
        times, whole, trials = float(found["times"]), float(found["whole"]), int(found["trials"])
        return lambda p: times * sqrt(max(p * (whole - p), 0.0) / trials)
    if text == EXACT:
        return lambda _: TINY
    allowed = float(text)
    return lambda _: allowed


def compared(key: str, wanted: Any, got: Any, tolerance: Tolerance) -> Iterator[str]:
    """List in what two results differ, down to the numbers."""
    if isinstance(wanted, Mapping):
        for name, value in wanted.items():
            if not isinstance(got, Mapping) or name not in got:
                yield f"{key}.{name}: expected {value}, got nothing"
            else:
                yield from compared(f"{key}.{name}", value, got[name], tolerance)
    elif isinstance(wanted, list):
        found = list(got)
        if len(found) != len(wanted):
            yield f"{key}: expected {len(wanted)} values, got {len(found)}"
        else:
            for place, (one, other) in enumerate(zip(wanted, found, strict=True)):
                yield from compared(f"{key}[{place}]", one, other, tolerance)
    elif wanted is None or isinstance(wanted, bool | str):
        if wanted is not None and got != wanted:
            yield f"{key}: expected {wanted}, got {got}"
    else:
        number = float(wanted)
        if got is None or abs(float(got) - number) > tolerance(max(number, float(got))) + TINY * abs(number):
            yield f"{key}: expected {number:.12g}, got {got if got is None else f'{float(got):.12g}'}"


# What the product says to each kind ----------------------------------------------------------------------------------

Inputs: TypeAlias = Mapping[str, Any]
Got: TypeAlias = Mapping[str, Any]


def _numbers(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in values]


def _advice(found: Decision) -> dict[str, Any]:
    going_on = found.action not in (Action.STOP, Action.COMPLETE)
    level = found.level or 0
    return {"recommended_dose": level, "next_dose": level if going_on else 0, "continue": going_on}


def three_plus_three_decision(given: Inputs, _: Inputs) -> Got:
    design = variant("V2" if given["allow_deescalate"] else "V1", given["num_doses"])
    return _advice(decision_of(design, state_after(read_outcomes(given["outcomes"], design.doses), design.doses)))


def three_plus_three_exact_oc(given: Inputs, _: Inputs) -> Got:
    truth = _numbers(given["p_true"])
    found = enumerate_design(variant(str(given["variant"])[:2], len(truth)))
    exact = found.characteristics(truth)
    return {
        "prob_recommend_none_then_doses": exact.recommendation,
        "expected_n": exact.patients,
        "expected_dlt": exact.dlts,
        "paths": found.paths,
        "prob_total_n": {str(n): chance for n, chance in enumerate(exact.total_patients)},
        "prob_total_dlt": {str(x): chance for x, chance in enumerate(exact.total_dlts)},
        "expected_total_n": exact.patients.sum(),
        "expected_total_dlt": exact.dlts.sum(),
    }


def _last_up(design: TableDesign, treated: int) -> int | None:
    return max((dlts for dlts in range(treated + 1) if design.asks(treated, dlts) == UP), default=None)


def _first_down(design: TableDesign, treated: int) -> int | None:
    return min((dlts for dlts in range(treated + 1) if design.asks(treated, dlts) == DOWN), default=None)


def _first_out(design: TableDesign, treated: int, *, lowest: bool = False) -> int | None:
    counts = range(treated + 1)
    return min((dlts for dlts in counts if design.eliminates(treated, dlts, lowest=lowest)), default=None)


def boin_boundary(given: Inputs, _: Inputs) -> Got:
    target = float(given["target"])
    design = Boin(
        2,
        target,
        given["ncohort"],
        given["cohortsize"],
        cutoff=float(given["cutoff_eli"]),
        extra_safe=float(given["offset"]),
        too_low=float(given["p_saf"]) / target,
        too_high=float(given["p_tox"]) / target,
    )
    patients = range(1, design.most_patients + 1)
    lowest = [_first_out(design, n, lowest=True) for n in patients]
    return {
        "lambda_e": design.bounds[0],
        "lambda_d": design.bounds[1],
        "n": list(patients),
        "escalate_if_dlt_le": [_last_up(design, n) for n in patients],
        "deescalate_if_dlt_ge": [_first_down(design, n) for n in patients],
        "eliminate_if_dlt_ge": [_first_out(design, n) for n in patients],
        "lowest_dose_stop_if_dlt_ge": {"n": list(patients), "dlt": lowest},
    }


def keyboard_boundary(given: Inputs, entry: Inputs) -> Got:
    below, above = _numbers(given["key_margin"])
    design = Keyboard(
        2,
        float(given["target"]),
        given["ncohort"],
        given["cohortsize"],
        cutoff=float(given["cutoff_eli"]),
        below=below,
        above=above,
    )
    patients = [given["cohortsize"] * cohort for cohort in range(1, given["ncohort"] + 1)]
    table = [
        patients,
        [_last_up(design, n) for n in patients],
        [_first_down(design, n) for n in patients],
        [_first_out(design, n) for n in patients],
    ]
    return {"rows": entry["outputs"]["rows"], "table": table}


def _letters(design: TableDesign, entry: Inputs) -> Got:
    words = {UP: "E", STAY: "S", DOWN: "D"}
    rows = [{**row, "decision": words[design.asks(row["n"], row["dlt"])]} for row in entry["outputs"]["decisions"]]
    return {"decisions": rows}


def mtpi_decisions(given: Inputs, entry: Inputs) -> Got:
    margins = float(given["epsilon1"]), float(given["epsilon2"])
    return _letters(Mtpi(given["num_doses"], float(given["target"]), below=margins[0], above=margins[1]), entry)


def mtpi2_decisions(given: Inputs, entry: Inputs) -> Got:
    margins = float(given["epsilon1"]), float(given["epsilon2"])
    return _letters(Keyboard(given["num_doses"], float(given["target"]), below=margins[0], above=margins[1]), entry)


def boin_select_mtd(given: Inputs, _: Inputs) -> Got:
    treated, dlts = np.array([given["n"]]), np.array([given["dlt"]])
    cohorts = int(treated.sum())

    def selected(**options: Any) -> int:
        cutoff = float(given["cutoff_eli"])
        design = Boin(treated.shape[1], float(given["target"]), cohorts, 1, cutoff=cutoff, **options)
        return int(design.recommended(treated, dlts)[0])

    rates = isotonic(treated, dlts, treated > 0)[0]
    return {
        "mtd": selected(),
        "mtd_boundMTD": selected(bound_recommended=True),
        "mtd_extrasafe": selected(extra_safe=0.05),
        "isotonic_estimate_treated_doses": rates[~np.isnan(rates)],
        "package_rounded_estimate": ["----" if np.isnan(rate) else f"{rate:.2f}" for rate in rates],
    }


def boin_oc_simulated(given: Inputs, entry: Inputs) -> Got:
    truth = _numbers(given["p_true"])
    safe = 0.05 if "extrasafe=TRUE" in str(entry.get("source", {}).get("call", "")).replace(" ", "") else None
    design = Boin(len(truth), float(given["target"]), given["ncohort"], given["cohortsize"], extra_safe=safe)
    exact = enumerate_design(design).characteristics(truth)
    return {
        "selection_percent": 100 * exact.recommendation[1:],
        "percent_no_selection": 100 * exact.recommendation[0],
        "mean_patients_per_dose": exact.patients,
        "mean_dlt_per_dose": exact.dlts,
        "mean_total_n": exact.patients.sum(),
        "mean_total_dlt": exact.dlts.sum(),
    }


def crm_oc_simulated(given: Inputs, _: Inputs) -> Got:
    skeleton = Skeleton(tuple(_numbers(given["skeleton"])))
    design = Crm(skeleton, float(given["target"]), given["n"] // given["cohort"], given["cohort"])
    exact = enumerate_design(design).characteristics(_numbers(given["p_true"]))
    return {"mtd_distribution": exact.recommendation[1:], "mean_patients_per_dose_fraction": None}


def crm_skeleton(given: Inputs, _: Inputs) -> Got:
    intercept = float(given.get("intcpt", 3))
    found = calibrated_skeleton(
        float(given["halfwidth"]), float(given["target"]), given["nu"], given["nlevel"], given["model"], intercept
    )
    return {"skeleton": found.rates}


def crm(given: Inputs, entry: Inputs) -> Got:
    weights = weights_of(_followed(given), given["scheme"]) if "followup" in given else [1.0] * len(given["dlt"])
    rates = tuple(_numbers(given["skeleton"]))
    skeleton = Skeleton(rates, given["model"], float(given["intercept"]), float(given["scale_sd"]) ** 2)
    by_likelihood = given.get("method", "bayes") == "mle"
    fit = (most_likely if by_likelihood else partial_posterior)(skeleton, given["level"], given["dlt"], weights)
    estimate, spread = float(fit.estimate[0]), sqrt(float(fit.variance[0]))
    at_mean = skeleton.rates_at(estimate)
    reach = _NORMAL_QUANTILES[float(given.get("conf_level", 0.9))] * spread
    checked = set(entry.get("tolerance", {}))
    return {
        "estimate": estimate,
        "post_var": None if by_likelihood or "post_var" not in checked else spread**2,
        "ptox": at_mean,
        "ptox_lower": None if by_likelihood else skeleton.rates_at(estimate + reach),
        "ptox_upper": None if by_likelihood else skeleton.rates_at(estimate - reach),
        "weights": weights,
        "mtd": int(np.abs(at_mean - float(given["target"])).argmin()) + 1,
    }


_NORMAL_QUANTILES = {0.8: 1.2815515655446004, 0.9: 1.6448536269514722, 0.95: 1.959963984540054}
"""Of the two-sided confidence levels in use."""


def next_dose(given: Inputs, _: Inputs) -> Got:
    doses, target = given["num_doses"], float(given["target"])
    cohorts = read_outcomes(given["outcomes"], doses)
    state = state_after(cohorts, doses)
    if given["design"] == "boin":
        design = Boin(doses, target, 8)
        rates = isotonic(state.treated, state.dlts, state.treated > 0)[0]
        shown = [None if np.isnan(rate) else round(float(rate), 2) for rate in rates]
        return {**_advice(decision_of(design, state)), "mean_prob_tox": shown}
    model = Crm(Skeleton(tuple(_numbers(given["skeleton"]))), target, 8, coherent=False)
    fit = partial_posterior(
        model.skeleton,
        [cohort.level for cohort in cohorts for _ in cohort.outcomes],
        [toxic for cohort in cohorts for toxic in cohort.outcomes],
        [1.0] * int(state.treated.sum()),
    )
    return {**_advice(decision_of(model, state)), "mean_prob_tox": model.skeleton.rates_at(float(fit.estimate[0]))}


def _followed(given: Inputs) -> list[Followed]:
    window = float(given["obswin"])
    shares = [min(days / window, 1.0) for days in _numbers(given["followup"])]
    return [Followed(*each) for each in zip(given["level"], map(bool, given["dlt"]), shares, strict=True)]


def rolling_six_decisions(given: Inputs, entry: Inputs) -> Got:
    full = int(given.get("max_per_dose", 6))
    return {"rules": [_rolling_six_row(RollingSix(3, full), row) for row in entry["outputs"]["rules"]]}


def _rolling_six_row(design: RollingSix, row: Inputs) -> Got:
    """Ask about every count that a row of the table covers, at a middle dose above one with nobody of three."""
    said = set()
    for enrolled, known, dlts in product(*(_range(row[key], design.full) for key in ("enrolled", "evaluable", "dlt"))):
        if dlts <= known <= enrolled:
            seen = OpenTally(enrolled, enrolled - known, dlts)
            said.add(_ROLLING_WORDS[design.advise_on([OpenTally(3), seen, OpenTally()], 2).action])
    action = said.pop() if len(said) == 1 else f"one of {sorted(said)}"
    return {**row, "action": row["action"] if action in str(row["action"]).split(" or ") else action}


_ROLLING_WORDS: Mapping[Action, str] = {
    Action.ESCALATE: "escalate",
    Action.STAY: "stay",
    Action.EXPAND: "stay",
    Action.WAIT: "hold",
    Action.DE_ESCALATE: "de-escalate",
    Action.STOP: "de-escalate",
    Action.COMPLETE: "MTD",
}


def _range(text: Any, most: int) -> range:
    """Read the counts of a row: one number, `2-5` or `any`."""
    if str(text) == "any":
        return range(most + 1)
    low, _, high = str(text).partition("-")
    return range(int(low), int(high or low) + 1)


def tite_boin_decision(given: Inputs, entry: Inputs) -> Got:
    target, window, level = float(given["target"]), float(given["window_days"]), given["current_dose"]
    call = str(entry.get("source", {}).get("call", "")).replace(" ", "")
    boin = Boin(
        len(given["n"]),
        target,
        sum(given["n"]) + 1,
        1,
        cutoff=float(given.get("cutoff_eli", 0.95)),
        extra_safe=float(given.get("offset", 0.05)) if level == 1 and "extrasafe=TRUE" in call else None,
        too_low=float(given.get("p_saf", 0.6 * target)) / target,
        too_high=float(given.get("p_tox", 1.4 * target)) / target,
    )
    design = TiteBoin(boin, float(given.get("maxpen", MOST_PENDING)), int(given.get("n_earlystop", 100)))
    shares = [days / window for days in _numbers(given["pending_followup_total_days"])]
    tallies = [OpenTally(*each) for each in zip(given["n"], given["pending"], given["dlt"], shares, strict=True)]
    found = design.advise_on(tallies, level)
    ended = found.action is Action.COMPLETE or (found.action is Action.STOP and design.lowest_eliminated(tallies) > 1)
    out = design.lowest_eliminated(tallies)
    return {
        "d": level if ended else found.level or 0,
        "pending": int(found.action is Action.WAIT),
        "earlystop": int(out == 1),
        "stop": int(ended),
        "elimi": [int(dose >= out) for dose in range(1, len(tallies) + 1)],
    }


def blrm_posterior(given: Inputs, entry: Inputs) -> Got:
    mean, covariance = _numbers(given["prior_mean"]), [_numbers(row) for row in given["prior_cov"]]
    prior = LogisticPrior(
        tuple(_numbers(given["dose"])),
        float(given["ref_dose"]),
        (mean[0], mean[1]),
        ((covariance[0][0], covariance[0][1]), (covariance[1][0], covariance[1][1])),
    )
    names = {part: next((key for key in entry["outputs"][0] if key.startswith(part)), part) for part in ALIKE_FROM}
    interval = _bound(names["p_under_"], UNDER), _bound(names["p_over_"], OVER)
    treated, dlts = np.array([given["n"]]), np.array([given["dlt"]])
    found = blrm.posterior(prior, dlts, treated - dlts, interval)
    return {
        "mean": found.mean[0],
        names["p_under_"]: found.under[0],
        names["p_target_"]: found.target[0],
        names["p_over_"]: found.over[0],
    }


def _bound(name: str, usual: float) -> float:
    """Read the bound of an interval from the name of its probability: `p_under_016` is that below 0.16."""
    digits = name.rpartition("_")[2]
    return float(f"0.{digits[1:]}") if digits.isdigit() and digits.startswith("0") else usual


KINDS: Mapping[str, Callable[[Inputs, Inputs], Got]] = {
    "three_plus_three_decision": three_plus_three_decision,
    "three_plus_three_exact_oc": three_plus_three_exact_oc,
    "boin_boundary": boin_boundary,
    "boin_select_mtd": boin_select_mtd,
    "boin_oc_simulated": boin_oc_simulated,
    "keyboard_boundary": keyboard_boundary,
    "mtpi_decisions": mtpi_decisions,
    "mtpi2_decisions": mtpi2_decisions,
    "crm_skeleton": crm_skeleton,
    "crm": crm,
    "titecrm": crm,
    "blrm_posterior": blrm_posterior,
    "rolling_six_decisions": rolling_six_decisions,
    "tite_boin_decision": tite_boin_decision,
    "next_dose": next_dose,
    "crm_oc_simulated": crm_oc_simulated,
}
