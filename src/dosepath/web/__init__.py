"""The web application: read, call, render. It reads and computes; nothing is recorded."""
