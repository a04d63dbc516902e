"""One module a page: what it is asked, what it gathers, which template shows it."""
