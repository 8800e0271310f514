"""The protocol file: its model, its reader and its schema."""
