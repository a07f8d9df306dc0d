"""What the site itself tells people who are turned down, beside the catalogues of the two apps."""

from collections.abc import Mapping

from builds.domain import messages as app_messages
from versions.domain.messages import Blame, Explanation, catalogue, fill, unexplained

_REQUESTS = catalogue(
    Explanation(
        code="request::not-found",
        blame=Blame.CALLER,
        status=404,
        title="There is nothing at this address",
        text="No page and no answer is kept at this address.",
        staff_text="The address is misspelled, or what stood there was removed.",
        advice="Check the address; the API's description lists those that exist.",
    ),
    Explanation(
        code="request::method-not-allowed",
        blame=Blame.CALLER,
        status=405,
        title="This address does not take that method",
        text="The address exists, but not for {method}.",
        staff_text="The client used a method that the API does not offer here.",
        advice="The Allow header of the answer lists the methods to choose from.",
    ),
    Explanation(
        code="request::not-acceptable",
        blame=Blame.CALLER,
        status=406,
        title="The answer cannot be given in that form",
        text="The Accept header asks for a form that this address does not have. The API speaks JSON alone.",
        staff_text="The client asked for something other than JSON.",
        advice="Leave the Accept header out, or send application/json.",
    ),
    Explanation(
        code="request::unsupported-media-type",
        blame=Blame.CALLER,
        status=415,
        title="The body is of a type that is not taken here",
        text="The body is declared as {media_type}.",
        staff_text="The Content-Type of the request is missing or wrong.",
        advice="Send JSON as application/json, and log bytes and archives as application/octet-stream.",
    ),
    Explanation(
        code="request::throttled",
        blame=Blame.CALLER,
        status=429,
        title="Too many requests",
        text="This was tried too often in a short time.",
        staff_text="A limit against guessing was reached.",
        advice="Wait a few minutes before the next attempt.",
    ),
    Explanation(
        code="request::forbidden",
        blame=Blame.CALLER,
        status=403,
        title="You may not do this",
        text="Your role does not include this.",
        staff_text="The account lacks the permission that the page asks for.",
        advice="Ask an admin of the portal if you need it.",
    ),
    Explanation(
        code="request::stale-form",
        blame=Blame.CALLER,
        status=403,
        title="The form was too old",
        text="The form came without the mark that proves it was loaded from here. Nothing was changed.",
        staff_text="The check against forged requests failed: cookies are blocked, or a sign-in replaced the mark.",
        advice="Load the page again and repeat what you did.",
    ),
    Explanation(
        code="service::error",
        blame=Blame.PLATFORM,
        status=500,
        title="Something went wrong in the portal",
        text="An error of the portal itself stopped the request. What it had begun was undone.",
        staff_text="An unexpected error; the web server's log holds the details.",
        advice="Try again. If it happens a second time, tell the people who run the portal when it was.",
    ),
)

_ACCESS = catalogue(
    Explanation(
        code="staff::invalid",
        blame=Blame.CALLER,
        status=422,
        title="The account's data won't do",
        text="The name, the role or the password was not accepted; each fault is listed.",
        staff_text="A fault in the data of a new account or a new password.",
        advice="Mend what is listed and try again.",
    ),
    Explanation(
        code="staff::name-taken",
        blame=Blame.CALLER,
        status=409,
        title="There is an account of that name",
        text="An account called {name} exists already; names count as the same whatever their case.",
        staff_text="Account names are unique.",
        advice="Choose another name, or change the existing account's password.",
    ),
    Explanation(
        code="staff::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such account",
        text="No account is called {name}.",
        staff_text="The name is not in the list of staff.",
        advice="Check the spelling.",
    ),
    Explanation(
        code="staff::last-admin",
        blame=Blame.CALLER,
        status=409,
        title="This is the last admin",
        text="{name} is the only active admin, so the account stays as it is.",
        staff_text="Without an admin nobody could make accounts or tokens any more.",
        advice="Make somebody else an admin first.",
    ),
    Explanation(
        code="token::invalid",
        blame=Blame.CALLER,
        status=422,
        title="The token's data won't do",
        text="The name, the scopes or the stacks were not accepted; each fault is listed.",
        staff_text="A fault in the data of a new token.",
        advice="Mend what is listed and try again.",
    ),
    Explanation(
        code="token::name-taken",
        blame=Blame.CALLER,
        status=409,
        title="There is a token of that name",
        text="A token called {name} is in use.",
        staff_text="Names of unrevoked tokens are unique, so that the audit log can tell them apart.",
        advice="Choose another name, or replace the existing token.",
    ),
    Explanation(
        code="token::unknown",
        blame=Blame.CALLER,
        status=404,
        title="There is no such token",
        text="No token {token} is known.",
        staff_text="The token was never issued here.",
        advice="List the tokens and choose one of them.",
    ),
)

EXPLANATIONS: Mapping[str, Explanation] = catalogue(*_REQUESTS.values(), *_ACCESS.values())

# Every code that any part of the product can answer with.
ALL: Mapping[str, Explanation] = catalogue(*app_messages.ALL.values(), *EXPLANATIONS.values())


def explain(code: str, facts: Mapping[str, object]) -> Explanation:
    """The explanation of any code, its texts filled in. Neither an unknown code nor a missing fact raises."""
    return fill(ALL.get(code) or unexplained(code), facts)
