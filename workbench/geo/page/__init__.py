"""The map page: its script and style, and how shapes and numbers are packed for it."""
