"""The SQL with which an administrator of PostgreSQL makes a role that reads the views and nothing else."""

from __future__ import annotations

import re

from crm_core.bi.views import GRAIN
from crm_core.errors import BiError

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def grant_sql(role: str, schema: str = "public") -> list[str]:
    """Statements to run as the owner of the tables; repeating them does no harm.

    A view reads its tables with the rights of its owner, so the role needs none on the tables. It gets no default
    privilege: a view of a later version is granted by running this anew.

    Raises
    ------
    BiError: the role or schema is no plain name.

    >>> grant_sql("bi_reader")[-1]
    "ALTER ROLE bi_reader SET statement_timeout = '60s';"
    """
    for what, name in (("role", role), ("schema", schema)):
        if not _ROLE.fullmatch(name):
            raise BiError(f"A {what} must be a plain name of lower-case letters, digits and _, but got {name!r}.")
    exists = f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"
    return [
        f"DO $$ BEGIN IF NOT EXISTS ({exists}) THEN CREATE ROLE {role} LOGIN; END IF; END $$;",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};",
        f"GRANT USAGE ON SCHEMA {schema} TO {role};",
        f"GRANT SELECT ON {', '.join(f'{schema}.{view}' for view in GRAIN)} TO {role};",
        f"ALTER ROLE {role} SET default_transaction_read_only = on;",
        f"ALTER ROLE {role} SET timezone = 'UTC';",  # else a tool that cuts days cuts them where the server stands
        f"ALTER ROLE {role} SET statement_timeout = '60s';",
    ]
