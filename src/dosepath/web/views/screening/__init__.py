"""The screening screens: cohorts, the worklist, the sheet of one patient, what was not understood."""
