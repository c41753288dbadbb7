"""The pages that managers and reps look at: made on the server, in English and Chinese, found by a session cookie."""
