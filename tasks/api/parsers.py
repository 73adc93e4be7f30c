"""Reads bodies, bounded. Apart from the endpoints, because the framework loads this before its own views."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

LARGEST_BODY = 1024 * 1024


class BoundedJSONParser(JSONParser):
    """JSON of a bounded size: the framework reads past Django's own limit, and deep nesting ends in a crash."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None and int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            raise RequestDataTooBig
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ParseError as error:  # the framework's own words are English and Python's
            raise ParseError(_("The body is not valid JSON.")) from error
