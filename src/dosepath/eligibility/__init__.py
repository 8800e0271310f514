"""Facts against criteria: verdicts, gates and what is still missing."""
