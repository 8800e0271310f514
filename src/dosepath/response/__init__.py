"""Response to treatment: definitions that compare a visit with the baseline, or state remission."""
