"""Composition of a family card: rules."""
