"""Values to documents: plots, and reports in one file."""
