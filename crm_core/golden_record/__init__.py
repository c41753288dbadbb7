"""One golden record per customer (mission D1, D2): validation, matching, merging and undoing.

The bundle's rows are never written. A merge is a record that one id stands under another; the golden record is worked
out from the rows and the merges that are live at as_of, so an import changes no merge and an undo leaves no trace.
"""
