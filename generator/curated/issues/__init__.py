"""Readers without git: forms of the issue tracker, and the one file that an accepted answer becomes."""
