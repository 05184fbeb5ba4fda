"""The use cases: the single place both faces call. A screen and a command that do the same thing call the same method.

`core.office.office.Office` is what an opened vault gives a face. Each family has its file; all of them take what they need
through the protocols of `core.office.ports`. (Nothing is imported here: who needs one family does not load them all.)
"""
