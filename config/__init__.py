"""What an analyst edits: settings, the source catalogue, the signal types. Imports nothing of ours."""
