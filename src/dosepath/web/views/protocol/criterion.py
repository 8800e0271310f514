"""One criterion: text, rule, readings and what each means, where it is used."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dosepath.interop.protocol_json import reading_meanings
from dosepath.protocol.model import Reading
from dosepath.rules.wording import suggest
from dosepath.web import filters
from dosepath.web.lists import json_of
from dosepath.web.readings import PARAMETER
from dosepath.web.refusals import AbsentError
from dosepath.web.views.protocol.book import frame, opened


@require_GET
def criterion(request: HttpRequest, trial: str, name: str, form: str = "") -> HttpResponse:
    """Show everything about one criterion: text, rule, readings and what each means, where it is used."""
    book = opened(request, trial)
    filters.read(request.GET, [], also=[PARAMETER])
    if name not in book.criteria:
        raise AbsentError(
            _("%(trial)s has no criterion '%(name)s'.") % {"trial": trial, "name": name}, suggest(name, book.criteria)
        )
    found = book.criteria[name]
    by_key = dict(book.protocol.readings())
    meanings = {each["key"]: reading_meanings(book.protocol, by_key[each["key"]]) for each in found["readings"]}
    if form:
        return json_of({**book.about, **found, "meanings": meanings})
    order = list(book.criteria)
    place = order.index(name)
    context = {
        "found": found,
        "number": book.number_of(name),
        "readings": [_shown(each, by_key[each["key"]], meanings[each["key"]]) for each in found["readings"]],
        "exclusion": book.protocol.criteria[name].exclusion,
        "alone": book.protocol.criteria[name].alone,
        "own_text": bool(book.protocol.criteria[name].source.text),
        "settings": [(each, book.protocol.file.settings[each]) for each in found["settings"]],
        "definitions": {each: book.protocol.file.definitions[each] for each in found["definitions"]},
        "read_by": {each: book.criteria[each]["title"] for each in found["read_by"]},
        "before": order[place - 1] if place else "",
        "after": order[place + 1] if place + 1 < len(order) else "",
        "parent_title": book.criteria[found["parent"]]["title"] if found["parent"] else "",
    }
    return render(request, "protocol/criterion.html", {**frame(book), **context})


def _shown(
    document: Mapping[str, Any], reading: Reading, meanings: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> dict[str, Any]:
    options = [
        {
            "name": name,
            "text": option.text,
            "used": name == document["in_force"],
            "query": urlencode({PARAMETER: f"{document['key']}={name}"}),
            "rules": meanings[name],
            "gates": {item: [gate.value for gate in gates] for item, gates in option.gates.items()},
            "arms": option.arms,
            "rechecks": {
                item: {gate.value: rule for gate, rule in rules.items()} for item, rules in option.rechecks.items()
            },
        }
        for name, option in reading.options.items()
    ]
    return {**document, "options": options}
