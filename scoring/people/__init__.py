"""Leads that people send and judge: their way, their agreement, their verdicts."""
