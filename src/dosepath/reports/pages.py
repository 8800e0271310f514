"""Pages from templates; whatever is put into one is escaped."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def page(name: str, **values: Any) -> str:
    """Fill a template.

    Parameters
    ----------
    name
        File under `templates`.
    values
        What it shows. Text is escaped; only `Markup` is taken as it is.
    """
    environment = Environment(
        loader=PackageLoader("dosepath.reports"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(**values)
