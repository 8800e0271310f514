"""The list of criteria that must all be passed: what a protocol comes to for one arm at one gate."""

from dosepath.eligibility.scope import Scope
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
    scope = Scope(protocol, arm, gate)
    top = (identity for identity, criterion in protocol.criteria.items() if not criterion.parent)
    return tuple(item for identity in top if scope.counts(identity) for item in _parted(scope, identity))


def _parted(scope: Scope, identity: str) -> tuple[str, ...]:
    """Replace a criterion by its parts where each of them stands alone."""
    parts = _parts(scope, scope.protocol.criteria[identity])
    return tuple(item for part in parts for item in _parted(scope, part)) if parts else (identity,)


def _parts(scope: Scope, criterion: Judged) -> tuple[str, ...]:
    if not criterion.children or criterion.source.jointly or scope.gate in criterion.recheck:
        return ()
    tree = criterion.rule.tree
    if tree is not None:
        joined = nodes.Or if criterion.exclusion else nodes.And
        if not isinstance(tree, joined) or not all(isinstance(part, nodes.CriterionRef) for part in tree.operands):
            return ()
        # A rule that names its parts reads each of them, also those of later gates.
        named = tuple(criterion.rule.references)
        return named if all(map(scope.counts, named)) else ()
    if criterion.rule.combination != ("any" if criterion.exclusion else "all"):
        return ()
    return tuple(scope.joined(criterion, with_pending=False))
