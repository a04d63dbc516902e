"""How well past signals foretold what happened. Knows nothing of how signals are made."""
