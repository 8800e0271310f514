"""Scores of disease activity and classification, one module for each version."""
