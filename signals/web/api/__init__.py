"""The API: what the pages show and do, as JSON for programs that ask in a person's name."""
