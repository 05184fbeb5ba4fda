"""What the office knows: people, programme, draw, ledger, roles, exchange rules.

No I/O, no clock, no randomness of its own: they are handed in. Start reading at `core.applicant` (what a
person is here), `core.draw` (the lottery), `core.ledger` (the history nobody can rewrite) and `core.office`
(the use cases both faces call).
"""
