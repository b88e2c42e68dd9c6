"""The room Jejak: who did what, whether the chain is whole, evidence, and the office's settings."""
