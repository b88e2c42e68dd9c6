"""PPKS categories: rules."""
