"""Synthetic people for demonstrations and tests."""
