"""Passwords of the people who log in: how they are judged, and how good ones are made."""
