"""The room Daftar: bring a list in, see what was found, print, take it out."""
