"""Adapters of worked cases, one module for each group of instruments; each module names its own in `ADAPTERS`."""
