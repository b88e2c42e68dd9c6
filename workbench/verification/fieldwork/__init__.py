"""From the list to the door and back: outcomes of visits, stages of a record, lives of findings.

Pure rules; what is asked, which stages and which routes there are stands as data beside them.
"""
