"""Imports of the bank's own tables: clients, relations, outcomes, offers, exposure, actions."""
