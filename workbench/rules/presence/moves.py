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

#: Common table expression ``dead`` (person_id), after ``happened``: who was reported dead by the
#: reference date and not taken back since, as when the report was a mistake.
DEAD = """
dead AS (
    SELECT person_id FROM happened
    WHERE kind IN ('meninggal', 'masuk_kembali')
        AND coalesce(date <= getvariable('as_of'), true)
    GROUP BY person_id
    HAVING max(coalesce(date, DATE '1900-01-01')) FILTER (kind = 'meninggal')
        > coalesce(max(date) FILTER (kind = 'masuk_kembali'), DATE '-infinity')
)
"""
