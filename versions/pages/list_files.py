"""Lists as files to save: what every page with a list offers beside it."""

from collections.abc import Iterable, Sequence

from django.http import Http404, StreamingHttpResponse

from versions.domain.written_lists import CONTENT_TYPES, list_pieces


def list_file(name: str, form: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A file to be saved as `name.form`, streamed. Raises Http404 for a form that isn't offered."""
    if form not in CONTENT_TYPES:
        raise Http404
    response = StreamingHttpResponse(list_pieces(form, columns, rows), content_type=CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
