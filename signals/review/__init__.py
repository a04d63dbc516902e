"""The review desk: what becomes of an alert, by whom, and in time or not."""
