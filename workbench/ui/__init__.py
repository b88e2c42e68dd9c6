"""Panels: what people see inside a room. They ask the services and compute nothing themselves."""
