"""Synthetic people for demonstrations and tests."""

from dosepath.demo.cohort import Cohort, SyntheticPatient, make_cohort, write_cohort

__all__ = ["Cohort", "SyntheticPatient", "make_cohort", "write_cohort"]
