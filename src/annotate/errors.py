"""The one exception type whose text is shown to users as it stands."""

from __future__ import annotations


class AnnotateError(Exception):
    """A problem the user can act on.

    Its text is one sentence that says what went wrong, where, and what to do; the command line prints it
    without a traceback and exits with 2. Anything that concerns a single document is not raised but becomes
    a record with status ``failed``.
    """
