"""The stages from a stored document to an alert: read, detect, derive, route."""
