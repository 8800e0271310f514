"""The dose ladder: a conduct file as of any day, the advice with its trace, and the DLT sheet of each patient."""
