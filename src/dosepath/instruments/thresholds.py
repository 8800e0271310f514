"""Findings of a form that a result decides: a count, a temperature, protein in urine, a titre."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dosepath.core.interval import Interval, Operator
from dosepath.core.quantity import Quantity, convert
from dosepath.core.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Threshold:
    """A result beyond which a finding is there, if the disease is its cause.

    Parameters
    ----------
    finding
        Item of the form.
    result
        Name of what is measured.
    operator, limit
        The finding is there when the result is `<`, `>`, ... this.
    analyte
        What is measured, where mass and moles of it convert.
    needs_cause
        Whether the finding counts only where the disease is its cause.
    """

    finding: str
    result: str
    operator: Operator
    limit: Quantity
    analyte: str = ""
    needs_cause: bool = True

    def beyond(self, result: Quantity) -> bool:
        """Answer whether a result is beyond the limit.

        Raises
        ------
        QuantityError
            When its unit is that of something else.

        Examples
        --------
        >>> Threshold("thrombocytopenia", "platelets", "<", Quantity.of(100, "10*9/L")).beyond(Quantity.of(99, "K/uL"))
        True
        """
        found = convert(result, self.limit.unit, self.analyte or None).value
        return Interval.at(found).compare(self.operator, Interval.at(self.limit.value)) is Verdict.MET


def findings_of(
    thresholds: Iterable[Threshold], results: Mapping[str, Quantity], from_disease: Mapping[str, bool]
) -> dict[str, bool]:
    """Answer the items that results decide.

    A result on the normal side of its limit says that the finding is absent; one beyond it says that it is present if
    the disease is its cause. As long as nobody has judged the cause the item is left out. Of several results for one
    finding the first in the order of the thresholds decides.

    Parameters
    ----------
    thresholds
        In the order of preference.
    results
        What was measured, by name.
    from_disease
        Whether the disease is the cause of a finding, by item; false for a drug, an infection and the like, which
        makes a finding absent whatever was measured.

    Examples
    --------
    >>> low = [Threshold("leukopenia", "wbc", "<", Quantity.of(3, "10*9/L"))]
    >>> few = {"wbc": Quantity.of("2.5", "10*9/L")}
    >>> findings_of(low, few, {"leukopenia": True}), findings_of(low, few, {})
    ({'leukopenia': True}, {})
    """
    found = {finding: False for finding, cause in from_disease.items() if not cause}
    decided = set(found)
    for row in thresholds:
        if row.result not in results or row.finding in decided:
            continue
        decided.add(row.finding)
        beyond = row.beyond(results[row.result])
        if not beyond or not row.needs_cause or row.finding in from_disease:
            found[row.finding] = beyond
    return found
