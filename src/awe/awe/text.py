"""How things are written: times of day, sizes, and what comes from elsewhere without a terminal's control characters."""

import html
import re
from datetime import datetime, timezone

_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000 ** 2, "gb": 1000 ** 3, "tb": 1000 ** 4,
          "k": 1024, "m": 1024 ** 2, "g": 1024 ** 3, "t": 1024 ** 4,
          "kib": 1024, "mib": 1024 ** 2, "gib": 1024 ** 3, "tib": 1024 ** 4}


def visible(text):
    """The text with control characters shown as escapes: what a task printed must not steer the reader's terminal."""
    return "".join(c if c == "\t" or c.isprintable() else "\\x%02x" % ord(c) if ord(c) < 256 else "\\u%04x" % ord(c) for c in str(text))


def time_of_day(moment):
    return moment.strftime("%H:%M:%S")


def parse_time(text):
    """A time of the API (RFC 3339, UTC) in the reader's zone."""
    whole, _, fraction = text.rstrip("Zz").partition(".")
    moment = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int((fraction + "000000")[:6]) if fraction else 0).astimezone()


def parse_size(value, name):
    """Bytes: a number, or a text such as ``'2 GiB'``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("%s is a size such as '2 GiB', not %r" % (name, value))
    found = re.match(r"\s*([0-9]+(?:\.[0-9]*)?)\s*([A-Za-z]*)\s*$", str(value))
    if found is None or found.group(2).lower() not in _UNITS:
        raise ValueError("%s is a size such as '2 GiB', not %r" % (name, value))
    size = int(float(found.group(1)) * _UNITS[found.group(2).lower()])
    if size < 1 << 20:
        raise ValueError("%s=%r would be %d bytes, with which nothing runs: write its unit, as in '2 GiB'" % (name, value, size))
    return size


def size_text(count):
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return "%d B" % count if unit == "B" else "%.1f %s" % (count, unit)
        count /= 1024.0


def duration_text(seconds):
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return "%d:%02d:%02d" % (hours, minutes, rest)


def table(head, rows):
    """An HTML table for notebooks; every text is escaped."""
    def cells(tag, values):
        return "<tr>%s</tr>" % "".join("<%s>%s</%s>" % (tag, html.escape(visible(value)), tag) for value in values)

    return "<table><thead>%s</thead><tbody>%s</tbody></table>" % (cells("th", head), "".join(cells("td", row) for row in rows))
