"""The dose of cells and of lymphodepletion for one patient."""
