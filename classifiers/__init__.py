"""From a document to mentions of clients and typed tags, each with its reason."""
