"""Identity: rules."""
