"""The room Latihan."""
