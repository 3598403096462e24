"""What each page asks of the database: prepared questions, in the module named after the page."""
