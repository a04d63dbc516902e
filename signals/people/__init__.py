"""People: passwords, logins, and what each may do."""
