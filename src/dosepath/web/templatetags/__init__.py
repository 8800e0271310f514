"""Tags that all templates have without loading them."""
