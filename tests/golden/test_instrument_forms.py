"""Forms change only when somebody wants it: `make golden` writes the file anew, and the change is read."""

from dosepath.core.instrument import Item
from dosepath.trial.catalog import catalog
from tests.golden.instrument_forms import FILE, written


def test_forms_are_those_that_were_read() -> None:
    assert FILE.read_text(encoding="utf-8") == written()


def _values(item: Item) -> list[str]:
    """Give what a whole number may be, where its values have words."""
    return [str(value) for value in range(int(item.low or 0), int(item.high or 0) + 1)]


def test_every_item_and_level_has_words() -> None:
    for each in catalog().instruments.values():
        for item in each.items.values():
            assert item.label.strip(), (each.id, item.id)
            assert set(item.labels) <= set(item.choices or _values(item)), (each.id, item.id)
            assert all(column.label.strip() for column in item.columns), (each.id, item.id)
        assert all(field.label.strip() for field in each.fields.values()), each.id
