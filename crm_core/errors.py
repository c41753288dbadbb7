"""What can go wrong in the CRM core.

    CrmError                  500  root: catch this
    ├── DatabaseError         503  the database cannot be reached, written or migrated
    ├── UnknownTableError     404  a table that the bundle does not have
    ├── UnknownDimensionError 422  a dimension of the funnel that there is none of
    └── ImportFault           422  an import that cannot be done; nothing of it is stored
        ├── MappingError      422  the mapping file is malformed, or names what does not exist
        ├── SourceError       422  a file or folder of the export cannot be read
        └── TooManyRejectedError  422  most rows of a table break a rule

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


class UnknownDimensionError(CrmError):
    """A dimension of the funnel that there is none of."""

    http_status = 422


class ImportFault(CrmError):  # noqa: N818 (a fault of the export, not of the program; the name is agreed)
    """An import that cannot be done; nothing of it is stored."""

    http_status = 422


class MappingError(ImportFault):
    """The mapping file is malformed, or names what does not exist."""


class SourceError(ImportFault):
    """A file or folder of the export cannot be read."""


class TooManyRejectedError(ImportFault):
    """Most rows of a table break a rule."""
