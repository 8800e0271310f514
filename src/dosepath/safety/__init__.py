"""Grades of toxicity, each stored with its scale and version."""
