"""What stands in the practice workspace, read past the services."""


def rows_of(office, table):
    """All rows of a table."""
    with office.practice.reading() as connection:
        return connection.execute(table.select()).all()
