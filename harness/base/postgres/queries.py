"""What the store says to PostgreSQL: questions, and what needs no answer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from harness.base.tags import digest

# Questions of one column, each for a shelf and a key.
DOCUMENT = "SELECT body FROM document WHERE shelf = %s AND key = %s"
OWNER = "SELECT owner FROM unique_key WHERE shelf = %s AND key = %s"
RIGHTS = "SELECT right_id FROM link WHERE shelf = %s AND left_id = %s ORDER BY number"
LEFTS = "SELECT left_id FROM link WHERE shelf = %s AND right_id = %s ORDER BY number"
# A question for a page: a shelf, the number of a row before it, and a limit.
PAGE = "SELECT number, key, body FROM document WHERE shelf = %s AND number > %s ORDER BY number LIMIT %s"
# FROM `line` and, for a demand, `place`: see `statement.py`.
PUT = (
    "INSERT INTO document (shelf, key, body) SELECT %s, %s, %s FROM line"
    " ON CONFLICT (shelf, key) DO UPDATE SET body = excluded.body"
)
RELEASE = "DELETE FROM unique_key USING line WHERE shelf = %s AND key = %s"
REQUIRE = (
    "SELECT 1 FROM place, document WHERE shelf = %s AND key = %s AND body = %s FOR KEY SHARE OF document"
)
TAG = "INSERT INTO log_tag SELECT %s, unnest(%s::bigint[]), %s FROM line ON CONFLICT DO NOTHING"
APPEND = "INSERT INTO log SELECT %s, last_line, %s FROM line"
TAG_LINE = "INSERT INTO log_tag SELECT %s, unnest(%s::bigint[]), last_line FROM line"
CLAIM = "INSERT INTO unique_key SELECT keys.* FROM line, (VALUES {rows}) AS keys"  # fails where one is taken
CLAIM_FREE = (
    "INSERT INTO unique_key VALUES {rows} ON CONFLICT DO NOTHING RETURNING 1"  # a row for each that was
)
DELETE = "DELETE FROM document USING line WHERE shelf = %s AND key = %s"
LINK = "INSERT INTO link (shelf, left_id, right_id) SELECT %s, %s, %s FROM line ON CONFLICT DO NOTHING"
UNLINK = "DELETE FROM link USING line WHERE shelf = %s AND left_id = %s AND right_id = %s"


@lru_cache(maxsize=64)
def for_keys(query: str, keys: int) -> str:
    """Return a query with rows for so many keys."""
    return query.format(rows=", ".join(["(%s, %s, %s)"] * keys))


def array_of_digests(tags: Iterable[str]) -> str:
    """Return the digests of tags, each once, as PostgreSQL writes an array: a list costs more to adapt than all the rest."""
    digests = sorted({digest(tag) for tag in tags})
    return f"{{{','.join(map(str, digests))}}}" if digests else ""
