"""Plots as Vega-Lite specifications, one module a subject; each holds the numbers it shows."""
