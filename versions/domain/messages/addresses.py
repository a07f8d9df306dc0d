"""What is said about addresses that staff enter and the portal is to fetch."""

from versions.domain.messages.explanation import Blame, Explanation, catalogue

ADDRESS_REFUSALS = catalogue(
    Explanation(
        code="address::not-allowed",
        blame=Blame.CALLER,
        status=422,
        title="This address is not fetched",
        text="{url} is not fetched: {reason}.",
        staff_text="The portal fetches by https, from listed hosts, and never from private networks.",
        advice="Use an address of a listed host, or have whoever runs the portal add the host to FETCH_HOSTS.",
    ),
    Explanation(
        code="address::unreachable",
        blame=Blame.CALLER,
        status=422,
        title="The address cannot be fetched",
        text="{url} cannot be fetched: {problem}.",
        staff_text="The host is away, knows no such address, or broke the connection. Nothing was kept.",
        advice="Open the address from another machine, and try again when it answers.",
    ),
    Explanation(
        code="address::too-large",
        blame=Blame.CALLER,
        status=422,
        title="What the address holds is too large",
        text="{url} holds more than {limit_bytes} bytes. Nothing was kept.",
        staff_text="Fetching stopped at the limit, so that a stranger's server can't fill the disk.",
        advice="Check that the address is that of the file meant.",
    ),
    Explanation(
        code="address::too-slow",
        blame=Blame.CALLER,
        status=422,
        title="The address took too long",
        text="{url} did not send everything in time. Nothing was kept.",
        staff_text="Fetching stopped at the time limit, so that a stranger's server can't hold a worker.",
        advice="Try again later, or upload the file instead.",
    ),
)
