"""What an officer takes along and brings back: a sheet, a workbook, a phone's form.

``packets`` says what goes out, ``codes`` draws the QR codes, ``sheet`` the workbook, ``xlsform``
the form for KoboToolbox and ODK; ``returned`` reads any of them back. The questions are those of
``fieldwork.outcomes``. Everything here names families by keys that tell nothing.
"""
