"""The list of criteria that must all be passed: what a protocol comes to for one arm at one gate."""

from dosepath.protocol.model import GateName
from dosepath.protocol.protocol import Judged, Protocol
from dosepath.rules import nodes


def must_pass(protocol: Protocol, arm: str, gate: GateName = GateName.SCREENING) -> tuple[str, ...]:
    """Give the criteria of which none may be against a patient, each as far down the protocol as it stands alone.

    A heading that joins its parts by "all" (of an exclusion: by "any") is replaced by its parts; anything else, such as
    a heading that one of several parts fulfils, stays one item. A patient passes the gate when every item is passed, is
    kept out when one is failed, and is undecided otherwise, as a screening report says it (a death apart).

    Parameters
    ----------
    protocol
        Protocol under the readings in force.
    arm
        Arm that is screened for.
    gate
        Gate that is to be passed.

    Returns
    -------
    tuple
        Ids in the order of the protocol.
    """
    scope = _Scope(protocol, arm, gate)
    top = (criterion for criterion in protocol.criteria.values() if not criterion.parent and scope.counts(criterion))
    return tuple(item for criterion in top for item in scope.parted(criterion))


class _Scope:
    """Which criteria count for one arm at one gate."""

    def __init__(self, protocol: Protocol, arm: str, gate: GateName) -> None:
        self.protocol = protocol
        self.arm = arm
        self.gate = gate

    def judged(self, criterion: Judged) -> bool:
        """Answer whether a criterion, or any below it, is judged for the arm."""
        below = [self.protocol.criteria[child] for child in criterion.children]
        return criterion.concerns(self.arm) and (not below or any(map(self.judged, below)))

    def has_say(self, criterion: Judged) -> bool:
        """Answer whether a criterion or any below it counts at the gate."""
        if criterion.children:
            return any(self.has_say(self.protocol.criteria[child]) for child in criterion.children)
        earlier = {GateName.SCREENING} if self.gate is GateName.LYMPHODEPLETION else set()
        return bool(criterion.gates & {self.gate, *earlier})

    def counts(self, criterion: Judged) -> bool:
        """Answer whether a criterion is judged for the arm and counts at the gate."""
        return self.judged(criterion) and self.has_say(criterion)

    def parted(self, criterion: Judged) -> tuple[str, ...]:
        """Replace a criterion by its parts where each of them stands alone."""
        parts = self._parts(criterion)
        return tuple(item for part in parts for item in self.parted(part)) if parts else (criterion.id,)

    def _parts(self, criterion: Judged) -> tuple[Judged, ...]:
        if not criterion.children or criterion.source.jointly or self.gate in criterion.recheck:
            return ()
        tree = criterion.rule.tree
        if tree is not None:
            joined = nodes.Or if criterion.exclusion else nodes.And
            if not isinstance(tree, joined) or not all(isinstance(part, nodes.CriterionRef) for part in tree.operands):
                return ()
            # A rule that names its parts reads each of them, also those of later gates.
            named = tuple(self.protocol.criteria[identity] for identity in criterion.rule.references)
            return named if all(map(self.counts, named)) else ()
        if criterion.rule.combination != ("any" if criterion.exclusion else "all"):
            return ()
        below = (self.protocol.criteria[child] for child in criterion.children)
        return tuple(part for part in below if self.counts(part) and not part.source.defines)
