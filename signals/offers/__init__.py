"""Past offers for people: the ledger read for scoring, the report and one offer's prices as text, JSON and CSV."""
