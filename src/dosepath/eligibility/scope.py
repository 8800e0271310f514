"""Which criteria are judged for an arm, and which of them count at a gate."""

from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Judged, Protocol


class Scope:
    """The criteria of a protocol for one arm at one gate.

    Parameters
    ----------
    protocol
        Protocol under the readings in force.
    arm, gate
        The arm and the gate.
    """

    def __init__(self, protocol: Protocol, arm: str, gate: GateName) -> None:
        self.protocol = protocol
        self.arm = arm
        self.gate = gate
        # At screening and at infusion the criteria of that gate count, at lymphodepletion those of screening as well.
        self._counting = frozenset({gate, *([GateName.SCREENING] if gate is GateName.LYMPHODEPLETION else [])})
        self._held: dict[str, bool] = {}

    def holds(self, identity: str) -> bool:
        """Answer whether a criterion, or any below it, is judged for the arm."""
        if identity not in self._held:
            criterion = self.protocol.criteria[identity]
            below = criterion.children
            self._held[identity] = criterion.concerns(self.arm) and (not below or any(map(self.holds, below)))
        return self._held[identity]

    def has_say(self, identity: str) -> bool:
        """Answer whether a criterion, or any below it, counts at the gate."""
        criterion = self.protocol.criteria[identity]
        if criterion.children:
            return any(map(self.has_say, criterion.children))
        return not self._counting.isdisjoint(criterion.gates)

    def counts(self, identity: str) -> bool:
        """Answer whether a criterion is judged for the arm and counts at the gate."""
        return self.holds(identity) and self.has_say(identity)

    def joined(self, criterion: Judged, *, with_pending: bool) -> list[str]:
        """List the criteria below one that it joins; without those of later gates where they are not wanted."""
        return [
            child
            for child in criterion.children
            if self.holds(child)
            and not self.protocol.criteria[child].source.defines
            and (with_pending or self.has_say(child))
        ]
