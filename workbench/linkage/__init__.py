"""The same person or family in two lists: found, explained, never decided."""
