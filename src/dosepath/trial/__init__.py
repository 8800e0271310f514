"""A protocol bound to its instruments and its design; the journeys through a trial."""
