"""The expression language of a protocol: one tree and its readers."""
