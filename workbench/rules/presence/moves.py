"""What lists of deaths and moves say of the people of a register."""

#: Common table expression ``happened`` (person_id, kind, date): each event joined to its person
#: by id, or by NIK where the list of events knew no more than that.
HAPPENED = """
happened AS (
    SELECT person_id, kind, date FROM event WHERE person_id <> ''
    UNION ALL
    SELECT p.person_id, e.kind, e.date FROM event e JOIN person p ON p.nik = e.nik
    WHERE e.person_id = '' AND e.nik <> ''
)
"""
