"""What can go wrong in the CRM core.

    CrmError                  500  root: catch this
    ├── DatabaseError         503  the database cannot be reached, written or migrated
    ├── UnknownTableError     404  a table that the bundle does not have
    └── ImportFault           422  an import that cannot be done; nothing of it is stored
        ├── MappingError      422  the mapping file is malformed, or names what does not exist
        ├── SourceError       422  a file or folder of the export cannot be read
        └── AllRejectedError  422  every row of a table breaks a rule

Every message is one sentence: the rule, then what was found, then (where there is one) the fix.
"""

from __future__ import annotations


class CrmError(Exception):
    """Root of all errors of this package."""

    http_status = 500


class DatabaseError(CrmError):
    """The database cannot be reached, written or migrated."""

    http_status = 503


class UnknownTableError(CrmError):
    """A table that the bundle does not have."""

    http_status = 404


class ImportFault(CrmError):  # noqa: N818 (a fault of the export, not of the program; the name is agreed)
    """An import that cannot be done; nothing of it is stored."""

    http_status = 422


class MappingError(ImportFault):
    """The mapping file is malformed, or names what does not exist."""


class SourceError(ImportFault):
    """A file or folder of the export cannot be read."""


class AllRejectedError(ImportFault):
    """Every row of a table breaks a rule."""
