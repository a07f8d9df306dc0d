"""What detection can find wrong with an app's files, and what it can only advise on. Data; the prose is in messages."""

from dataclasses import dataclass
from typing import ClassVar

from versions.domain.resolution import ResolutionFailure, ResolutionWarning
from versions.domain.version import Series


@dataclass(frozen=True, slots=True)
class PythonFolderPresent:
    """The app brings the folder that Python is going to be installed in."""

    code: ClassVar[str] = "checks::existing-python-dir"
    folder: str

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class VirtualEnvironmentPresent:
    code: ClassVar[str] = "checks::existing-venv-dir"
    folder: str

    @property
    def detail(self) -> str:
        return self.folder


@dataclass(frozen=True, slots=True)
class PipfileUnlocked:
    code: ClassVar[str] = "package-manager::pipenv-missing-lockfile"

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class SetupScriptAlone:
    code: ClassVar[str] = "package-manager::setup-py-only"

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class ManagerMissing:
    """`names`: the first of what the app's root holds."""

    code: ClassVar[str] = "package-manager::none-found"
    names: tuple[str, ...]

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class ManagersAmbiguous:
    """`managers` and the files that speak for them, in the same order."""

    code: ClassVar[str] = "package-manager::multiple-found"
    managers: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def detail(self) -> str:
        return ",".join(self.managers)


@dataclass(frozen=True, slots=True)
class RuntimeTxtInvalid:
    """`found`: the file's lines that are no comments."""

    code: ClassVar[str] = "runtime-txt::invalid-version"
    found: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.found


@dataclass(frozen=True, slots=True)
class RuntimeTxtUnsupported:
    """uv reads `.python-version` alone, so a runtime.txt beside it would be a second truth."""

    code: ClassVar[str] = "runtime-txt::not-supported"
    version: str

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class VersionFileMisspelled:
    code: ClassVar[str] = "python-version-file::misspelled"
    name: str

    @property
    def detail(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class VersionFileMissing:
    """uv needs the file."""

    code: ClassVar[str] = "python-version-file::not-found"
    series: str

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class VersionFileUndecodable:
    """`encoding`: what the file seems to be written in."""

    code: ClassVar[str] = "python-version-file::invalid-encoding"
    encoding: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.encoding


@dataclass(frozen=True, slots=True)
class VersionFileInvalid:
    """`line`: the first line that is neither a version nor a comment."""

    code: ClassVar[str] = "python-version-file::invalid-version"
    line: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.line


@dataclass(frozen=True, slots=True)
class VersionFileEmpty:
    code: ClassVar[str] = "python-version-file::no-version"
    default_series: Series | None

    @property
    def detail(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class VersionFileAmbiguous:
    code: ClassVar[str] = "python-version-file::multiple-versions"
    versions: tuple[str, ...]

    @property
    def detail(self) -> str:
        return ",".join(self.versions)


@dataclass(frozen=True, slots=True)
class LockUnreadable:
    """`problem`: where reading stopped, and why."""

    code: ClassVar[str] = "pipfile-lock::invalid-json"
    problem: str

    @property
    def detail(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class LockVersionInvalid:
    code: ClassVar[str] = "pipfile-lock::invalid-version"
    found: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.found


@dataclass(frozen=True, slots=True)
class PipfileUnreadable:
    code: ClassVar[str] = "pipfile::invalid-toml"
    problem: str

    @property
    def detail(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class PipfileVersionInvalid:
    code: ClassVar[str] = "pipfile::invalid-version"
    found: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.found


@dataclass(frozen=True, slots=True)
class PyPyUnsupported:
    code: ClassVar[str] = "python-version::pypy-unsupported"
    found: str
    origin: str
    default_series: Series | None

    @property
    def detail(self) -> str:
        return self.found


@dataclass(frozen=True, slots=True)
class VersionUnspecified:
    code: ClassVar[str] = "python-version-unspecified"
    series: str


@dataclass(frozen=True, slots=True)
class RuntimeTxtDeprecated:
    code: ClassVar[str] = "runtime-txt-deprecated"
    series: str


@dataclass(frozen=True, slots=True)
class LockMissing:
    code: ClassVar[str] = "pipfile-lock-missing"


@dataclass(frozen=True, slots=True)
class VersionIgnored:
    """A `python_version` that no release can be found for, and that is no error either."""

    code: ClassVar[str] = "python-version-ignored"
    found: str
    origin: str


CheckFailure = PythonFolderPresent | VirtualEnvironmentPresent
ManagerFailure = PipfileUnlocked | SetupScriptAlone | ManagerMissing | ManagersAmbiguous
SourceFailure = (
    RuntimeTxtInvalid
    | VersionFileMisspelled
    | VersionFileUndecodable
    | VersionFileInvalid
    | VersionFileEmpty
    | VersionFileAmbiguous
    | LockUnreadable
    | LockVersionInvalid
    | PipfileUnreadable
    | PipfileVersionInvalid
    | PyPyUnsupported
)
OriginFailure = RuntimeTxtUnsupported | VersionFileMissing
DetectionFailure = CheckFailure | ManagerFailure | SourceFailure | OriginFailure | ResolutionFailure
DetectionWarning = VersionUnspecified | RuntimeTxtDeprecated | LockMissing | VersionIgnored | ResolutionWarning
