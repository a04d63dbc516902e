"""Every change of the tables, in order; a released migration is never edited."""
