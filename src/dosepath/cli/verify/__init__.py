"""Checks files of worked cases against the code that the product itself uses."""
