"""The musyawarah kelurahan: who comes, what is decided, what its minutes say; objections.

``content`` (roles, decisions), ``minutes`` (what a paper says, as plain data), ``warnings`` (what
does not meet the local rules: never a block), ``objections`` (the clock).
"""
