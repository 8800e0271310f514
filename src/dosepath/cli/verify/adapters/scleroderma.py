"""Adapters of the instruments of systemic sclerosis."""

from collections.abc import Mapping

from dosepath.cli.verify.adapter import Adapter, score
from dosepath.cli.verify.compare import Got
from dosepath.cli.verify.given import Given


def leroy_1988(given: Given) -> Got:
    """Take the sites as they are; a site that is left out or null was not assessed."""
    scored = score("leroy_1988", given.rest())
    return {"category": scored.value("subset")}


ADAPTERS: Mapping[str, Adapter] = {"leroy_1988": leroy_1988}
