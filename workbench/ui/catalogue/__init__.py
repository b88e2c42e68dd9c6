"""The room Aturan: the catalogue as something to read, to teach from and to set."""
