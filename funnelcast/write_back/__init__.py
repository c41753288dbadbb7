"""Scores into the CRMs that people work in: only those that moved, each once, at the pace that the CRM allows."""
