"""Telling people and systems: what a notice says, whom it is for, and sending it."""
