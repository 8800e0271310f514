"""Commands about designs: what each does next, in the long run, and side by side."""
