"""What a trainer says and shows, and what trainees take home: words in YAML, cases drawn anew.

``notes`` reads the speaking notes, ``handouts`` the words of the hand-outs, ``worked`` draws the
families of the slide show. How they are set on paper is ``services.papers``' matter.
"""
