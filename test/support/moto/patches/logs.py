"""CloudWatch Logs: filter patterns made of words and phrases."""

import re

from moto.logs import models


class TextFilter:
    """All plain words and quoted phrases must occur, one of those with ?, and none of those with -."""

    def __init__(self, pattern: str | None) -> None:
        self.terms = [
            (mark, quoted or plain)
            for mark, quoted, plain in re.findall(r'([?-]?)(?:"([^"]*)"|(\S+))', pattern or "")
        ]

    def matches(self, message: str) -> bool:
        def found(mark: str) -> list[bool]:
            return [term in message for one, term in self.terms if one == mark]

        return all(found("")) and not any(found("-")) and (any(found("?")) or not found("?"))


def apply() -> None:
    """moto knows only patterns that begin with a letter or a quote. JSON patterns aren't supported here either."""
    models.EventMessageFilter = TextFilter
