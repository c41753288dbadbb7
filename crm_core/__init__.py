"""The slim CRM: what was told to us, when we learnt it, and what we said about it. No machine learning."""
