"""What to measure or ask next: the gaps of a screening as orders, the least effort first."""

from collections.abc import Mapping
from dataclasses import dataclass

from dosepath.core.facts import Need, NeedKind
from dosepath.eligibility.report import GateReport
from dosepath.protocol.model import OrderKind
from dosepath.protocol.protocol import Protocol

DATE_ORDER = OrderKind(label="set a date of the trial", burden=0)
SETTING_ORDER = OrderKind(label="ask the sponsor to settle an open point of the protocol", burden=20)
ITEM_ORDER = "assessment"
LIMIT_ORDER = "chart_review"
LIST_ORDER = "site_list"


@dataclass(frozen=True, slots=True)
class Order:
    """Things that are obtained in one go.

    Parameters
    ----------
    label, burden
        What to do, and its place in the order of effort.
    needs
        What it supplies, each once.
    settles
        Leaf criteria that ask for nothing else: this order decides them.
    helps
        Leaf criteria that ask for something else as well.
    """

    label: str
    burden: int
    needs: tuple[Need, ...]
    settles: tuple[str, ...]
    helps: tuple[str, ...]

    def __str__(self) -> str:
        count = len(self.settles)
        what = f"settles {count} {'criterion' if count == 1 else 'criteria'}" if count else "settles none alone"
        return f"{self.label}: {what}"


def orders(report: GateReport, protocol: Protocol) -> tuple[Order, ...]:
    """Group what is missing at a gate into orders.

    Returns
    -------
    tuple
        Orders, the least effort first; of equal effort, the one that settles most.
    """
    kinds: dict[str, OrderKind] = {}
    needs: dict[str, dict[str, Need]] = {}
    wants: dict[str, set[str]] = {}
    for finding in report.findings.values():
        if not finding.leaf or not finding.open or finding.pending:
            continue
        for need in finding.evidence.missing:
            key, kind = _order_of(need, protocol)
            kinds[key] = kind
            needs.setdefault(key, {}).setdefault(need.key, need)
            wants.setdefault(finding.id, set()).add(key)
    found = [
        Order(
            kind.label,
            kind.burden,
            tuple(needs[key].values()),
            settles=tuple(identity for identity, keys in wants.items() if keys == {key}),
            helps=tuple(identity for identity, keys in wants.items() if key in keys and len(keys) > 1),
        )
        for key, kind in kinds.items()
    ]
    return tuple(sorted(found, key=lambda order: (order.burden, -len(order.settles), order.label)))


def _order_of(need: Need, protocol: Protocol) -> tuple[str, OrderKind]:
    known: Mapping[str, OrderKind] = protocol.file.orders
    match need.kind:
        case NeedKind.ANCHOR:
            return "date", DATE_ORDER
        case NeedKind.SETTING:
            return "setting", SETTING_ORDER
        case NeedKind.COMPLETE:
            return LIST_ORDER, known[LIST_ORDER]
        case NeedKind.ITEM:
            return ITEM_ORDER, known[ITEM_ORDER]
        case NeedKind.LIMIT:
            return LIMIT_ORDER, known[LIMIT_ORDER]
        case NeedKind.FACT | NeedKind.JUDGEMENT:
            concept = protocol.file.concepts.get(need.name)
            key = concept.order if concept and concept.order else "chart_review"
            return key, known[key]
