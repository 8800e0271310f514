"""Units of products and quotients, written so that the everyday ones are found in the tables of `core.quantity`."""

PLAIN = ("", "1")


def product_unit(one: str, other: str) -> str:
    """Write the unit of a product.

    Examples
    --------
    >>> product_unit("mg", "1"), product_unit("mg/d", "d")
    ('mg', 'mg/d.d')
    """
    if one in PLAIN:
        return other or "1"
    return one if other in PLAIN else f"{one}.{other}"


def quotient_unit(one: str, other: str) -> str:
    """Write the unit of a quotient.

    Examples
    --------
    >>> quotient_unit("mg", "kg"), quotient_unit("mg/d", "kg"), quotient_unit("g/L", "g/mmol")
    ('mg/kg', 'mg/(kg.d)', 'g/L/(g/mmol)')
    """
    above = one or "1"
    if one == other:
        return "1"
    if other in PLAIN:
        return above
    if "/" in other or "." in other:
        return f"{above}/({other})"
    number, slash, below = above.partition("/")
    if not slash:
        return f"{above}/{other}"
    return f"{above}/({other})" if "/" in below or "(" in below else f"{number}/({other}.{below})"
