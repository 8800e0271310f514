"""Protocols -> what the page leaves open: ambiguous texts with their readings; what is not set, and what it blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dosepath.interop.protocol_json import bears_on
from dosepath.protocol.protocol import Protocol


class PointKind(Enum):
    """What kind of point it is."""

    READING = "reading"
    """The text allows several readings; another can be put in force."""
    NOTE = "note"
    """The text is not clear, and no other reading could change an answer."""
    SETTING = "setting"
    """The page is silent, and nothing is assumed."""
    ASSUMED = "assumed"
    """The page is silent, and a value is assumed."""


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One thing that the page leaves open.

    Parameters
    ----------
    key
        As commands and addresses name it.
    kind
        Reading, note or setting.
    issue
        What is open.
    in_force
        Option, note or value that counts; empty for a setting that is not set.
    others
        Options that could be put in force instead.
    why
        Who settled it and why, or where the value comes from.
    bears_on
        Criteria that it changes.
    blocks
        What cannot be done while it is not set.
    """

    key: str
    kind: PointKind
    issue: str
    in_force: str = ""
    others: tuple[str, ...] = ()
    why: str = ""
    bears_on: tuple[str, ...] = ()
    blocks: str = ""

    @property
    def unset(self) -> bool:
        """Whether nothing is in force."""
        return self.kind is PointKind.SETTING


def open_points(protocol: Protocol) -> tuple[OpenPoint, ...]:
    """Give all open points: what blocks something first, then readings, notes and what is assumed."""
    found = [*_unset(protocol), *_readings(protocol), *_assumed(protocol)]
    return tuple(sorted(found, key=_rank))


def _rank(point: OpenPoint) -> int:
    order = (PointKind.SETTING, PointKind.READING, PointKind.NOTE, PointKind.ASSUMED)
    return 2 * order.index(point.kind) + (not point.blocks)


def _readings(protocol: Protocol) -> Iterator[OpenPoint]:
    for key, reading in protocol.readings():
        used = protocol.in_force(key, reading)
        yield OpenPoint(
            key=key,
            kind=PointKind.READING if reading.options else PointKind.NOTE,
            issue=reading.issue,
            in_force=used or reading.note,
            others=tuple(name for name in reading.options if name != used),
            why=f"{reading.settled_by}: {reading.why}",
            bears_on=tuple(bears_on(protocol, key, reading)),
        )


def _unset(protocol: Protocol) -> Iterator[OpenPoint]:
    for level in protocol.file.dose_levels:
        if level.dose is None:
            yield OpenPoint(
                key=f"dose_level_{level.level}",
                kind=PointKind.SETTING,
                issue=f"dose level {level.level}",
                why=level.note,
                blocks=f"every dose at level {level.level}",
            )
    for name, setting in protocol.file.settings.items():
        if setting.value is None:
            yield OpenPoint(name, PointKind.SETTING, setting.label, why=setting.source, blocks=setting.blocks)
    for name, conduct in protocol.file.design.conduct.items():
        if conduct.value is None:
            yield OpenPoint(name, PointKind.SETTING, conduct.label, why=conduct.source, blocks=conduct.blocks)


def _assumed(protocol: Protocol) -> Iterator[OpenPoint]:
    for name, setting in protocol.file.settings.items():
        if setting.value is not None:
            unit = "" if setting.unit == "1" else f" {setting.unit}"
            value = f"{setting.value}{unit}"
            yield OpenPoint(name, PointKind.ASSUMED, setting.label, value, why=setting.source, blocks=setting.blocks)
    for name, conduct in protocol.file.design.conduct.items():
        if conduct.value is not None:
            yield OpenPoint(
                name, PointKind.ASSUMED, conduct.label, _words(conduct.value), why=conduct.source, blocks=conduct.blocks
            )
    for name, scale in protocol.file.dlt.scales.items():
        if scale.value is not None:
            yield OpenPoint(f"scale_{name}", PointKind.ASSUMED, scale.label, str(scale.value), why=scale.source)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
