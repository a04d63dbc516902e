"""From a source to stored documents."""
