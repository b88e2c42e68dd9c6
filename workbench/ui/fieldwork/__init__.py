"""The room Lapangan."""
