"""The room Padanan: the same people in two lists, looked at pair by pair, and one list of both."""
