"""A synthetic hospital: long tables of as many invented people as are asked for, the same for the same seed."""
