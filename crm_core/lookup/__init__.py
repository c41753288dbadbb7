"""What people look up: single records and short lists for the pages, each within the SQL of a scope."""
