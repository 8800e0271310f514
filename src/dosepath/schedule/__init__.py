"""Visits and their windows."""
