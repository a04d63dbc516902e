"""A synthetic bank whose truth is known: what the estimators must find again."""
