"""The protocol browser: sentences of the registry page beside the rules drawn from them."""
