"""The room Peta: one indicator of one list by kelurahan."""
