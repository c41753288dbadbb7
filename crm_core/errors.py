"""What can go wrong in the CRM core.

    CrmError                  500  root: catch this
    ├── DatabaseError         503  the database cannot be reached, written or migrated
    ├── UnknownTableError     404  a table that the bundle does not have
    ├── ExchangeError         422  what another system asks for, or is sent, breaks a rule
    │   ├── KeyReusedError    409  an idempotency key that came with another body
    │   ├── CursorError       422  a cursor that the change feed never gave
    │   ├── WebhookError      422  a subscription that cannot be made
    │   ├── UnknownWebhookError   404  no subscription or dead letter has this id
    │   └── DeliveryFault     502  a subscriber did not take a delivery
    ├── RecognitionError      422  praise, points, learning or an honour that breaks a rule
    │   ├── UnknownRecognitionError   404  no such rep, medal, reward, course or proposal
    │   ├── NotEntitledError  403  somebody who may not decide this
    │   └── RecognitionConflictError  409  it was done or decided already, or the points do not cover it
    ├── CommissionError       422  a plan, a share or a mentor that breaks a rule of the commission ledger
    │   ├── PlanChangedError  409  a plan that the ledger has used was edited or taken away
    │   └── UnknownEntryError 404  no journal has this number
    ├── UnknownDimensionError 422  a dimension of the funnel that there is none of
    ├── UnknownCustomerError  404  no customer, proposed match or merge has this id
    ├── MergeRefusedError     409  a merge or an undo that would break a rule of the golden record
    ├── UnknownLeadError      404  no lead has this id, or another's
    ├── OverrideError         422  a person's own number for a lead that breaks a rule
    ├── AccessError           422  a key that cannot be made, rotated or revoked
    │   └── UnknownKeyError   404  no live key has this prefix
    ├── ErasureError          422  a person that cannot be erased, or an erasure that cannot be kept
    │   ├── UnknownPersonError    404  no customer or lead, and none that was erased, has this id
    │   └── ErasureKeyError   503  the key that tells erased people is missing or another one
    ├── SettingError          422  an edit of a setting that cannot be made
    │   ├── UnknownSettingError   404  no such key, or no such version
    │   └── SettingConflictError  409  somebody edited it meanwhile, or since
    ├── BiError               422  a role, a file or a name that BI access cannot be given by
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


class UnknownCustomerError(CrmError):
    """No customer, proposed match or merge has this id."""

    http_status = 404


class MergeRefusedError(CrmError):
    """A merge or an undo that would break a rule of the golden record."""

    http_status = 409


class ImportFault(CrmError):  # noqa: N818 (a fault of the export, not of the program; the name is agreed)
    """An import that cannot be done; nothing of it is stored."""

    http_status = 422


class MappingError(ImportFault):
    """The mapping file is malformed, or names what does not exist."""


class SourceError(ImportFault):
    """A file or folder of the export cannot be read."""


class TooManyRejectedError(ImportFault):
    """Most rows of a table break a rule."""


class ExchangeError(CrmError):
    """What another system asks for, or is sent, breaks a rule."""

    http_status = 422


class KeyReusedError(ExchangeError):
    """An idempotency key that came with another body."""

    http_status = 409


class CursorError(ExchangeError):
    """A cursor that the change feed never gave."""


class WebhookError(ExchangeError):
    """A subscription that cannot be made."""


class UnknownWebhookError(ExchangeError):
    """No subscription or dead letter has this id."""

    http_status = 404


class DeliveryFault(ExchangeError):  # noqa: N818 (a fault of the subscriber, kept with the delivery)
    """A subscriber did not take a delivery; it is tried again."""

    http_status = 502


class RecognitionError(CrmError):
    """Praise, points, learning or an honour that breaks a rule."""

    http_status = 422


class UnknownRecognitionError(RecognitionError):
    """No such rep, medal, reward, course or proposal."""

    http_status = 404


class NotEntitledError(RecognitionError):
    """Somebody who may not decide this."""

    http_status = 403


class RecognitionConflictError(RecognitionError):
    """It was done or decided already, or the points do not cover it."""

    http_status = 409


class CommissionError(CrmError):
    """A plan, a share or a mentor that breaks a rule of the commission ledger."""

    http_status = 422


class PlanChangedError(CommissionError):
    """A plan that the ledger has used was edited or taken away."""

    http_status = 409


class UnknownEntryError(CommissionError):
    """No journal has this number."""

    http_status = 404


class SettingError(CrmError):
    """An edit of a setting that cannot be made."""

    http_status = 422


class UnknownSettingError(SettingError):
    """There is no such key, or no such version."""

    http_status = 404


class SettingConflictError(SettingError):
    """Somebody edited the key meanwhile, or since the version that is to be undone."""

    http_status = 409


class BiError(CrmError):
    """Access for BI tools that cannot be given so."""

    http_status = 422


class UnknownLeadError(CrmError):
    """No lead has this id, or it is another's."""

    http_status = 404


class OverrideError(CrmError):
    """A person's own number for a lead that breaks a rule."""

    http_status = 422


class AccessError(CrmError):
    """A key that cannot be made, rotated or revoked."""

    http_status = 422


class UnknownKeyError(AccessError):
    """No live key has this prefix."""

    http_status = 404


class ErasureError(CrmError):
    """A person that cannot be erased, or an erasure that cannot be kept."""

    http_status = 422


class UnknownPersonError(ErasureError):
    """No customer or lead, and none that was erased, has this id."""

    http_status = 404


class ErasureKeyError(ErasureError):
    """The key that tells erased people is missing or another one."""

    http_status = 503
