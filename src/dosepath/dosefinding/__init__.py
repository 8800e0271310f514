"""Dose finding: designs, what they decide, and what they do in the long run."""
