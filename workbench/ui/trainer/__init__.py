"""The room Kelas."""
