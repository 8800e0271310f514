"""Verdict, quantity, fact, evidence, days and errors: the words every other layer speaks."""
