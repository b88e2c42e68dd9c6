"""Presence and address: rules."""
