"""Signals in storage against what happened, judged by the scoring room."""
