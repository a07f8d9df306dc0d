"""How a build, or the attempt to begin one, ends early."""


class BuildFailure(Exception):
    """The build fails: `code` as in the catalogue of messages, `detail` what it says there.

    `text` is the portal's own explanation where it gave one, since it knows more than the detail.
    """

    def __init__(self, code: str, detail: str = "", text: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.text = text


class NotBuildable(Exception):
    """No build was begun; the text is one clear sentence for whoever typed the command."""


class Interrupted(Exception):
    """The builder was told to stop, by Ctrl-C or a signal, while a build was running."""


class BuildCancelled(Exception):
    """Staff asked for the end of this build."""


class BuildLost(Exception):
    """The build is no longer this builder's: its lease ran out, or it was ended elsewhere."""
