"""`oncu demo`: the whole job on a small invented world."""
