"""A whole hospital as tables: the same facts, the same rules, the same answers as for one patient."""
