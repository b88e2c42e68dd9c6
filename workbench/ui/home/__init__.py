"""The room Beranda."""
