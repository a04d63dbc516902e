"""Sources from the user's side: catalogue, preview, health."""
