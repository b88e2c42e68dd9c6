"""Aid: rules."""
