"""The phrases that an explanation is made of, one a node class."""
