"""Documents to values and back: files of the standards the field uses."""
