"""Signal types in a text: cues, how the event stands, and whom it happened to."""
