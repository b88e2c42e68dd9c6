"""The room Latihan singkat."""
