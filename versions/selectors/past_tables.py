"""Tables of the past for walks through history, which would push the tables in use out of the cache."""

import json

from versions.domain.document import read_table
from versions.domain.refusals import Refusal
from versions.domain.table import Table
from versions.models import Revision


def past_table(number: int) -> Table:
    """The table of revision `number`, read and parsed for this caller alone. Raises Refusal `revision::unknown`."""
    document = Revision.objects.filter(number=number).values_list("document", flat=True).first()
    if document is None:
        raise Refusal("revision::unknown", number=number)
    return read_table(json.loads(document))
