"""The design lab: one question about designs, doses and true rates; each page answers a part of it."""
