"""What a developer is told about an app's files: what was found where, and what to write instead."""

from versions.domain.messages import Blame, Explanation, catalogue

CHECK_FAILURES = catalogue(
    Explanation(
        code="checks::existing-python-dir",
        blame=Blame.APP,
        title="The app brings the folder {folder}",
        text="{folder} is where Python is going to be installed, but the app's source already has something there.",
        staff_text="The folder was committed, or a pre_compile hook or an earlier buildpack made it.",
        advice="Delete {folder} from the repository, or let the hook write to another place.",
    ),
    Explanation(
        code="checks::existing-venv-dir",
        blame=Blame.APP,
        title="The app brings a virtual environment",
        text="The folder {folder} is a virtual environment, which works on no machine but the one it was made on.",
        staff_text="{folder}/pyvenv.cfg is part of the source, or a pre_compile hook made it.",
        advice="Delete {folder} from the repository and add it to .gitignore.",
    ),
)

MANAGER_FAILURES = catalogue(
    Explanation(
        code="package-manager::none-found",
        blame=Blame.APP,
        title="No file lists the app's dependencies",
        text="The app's root has none of requirements.txt, Pipfile.lock, poetry.lock and uv.lock. It has: {names}.",
        staff_text="The app was recognised as Python by another name; often the file is misspelled or in a subfolder.",
        advice="Add one of these files; an empty requirements.txt will do for an app without dependencies.",
    ),
    Explanation(
        code="package-manager::multiple-found",
        blame=Blame.APP,
        title="Several tools claim the app's dependencies",
        text="The root of the app has {files}, each of which belongs to another tool.",
        staff_text="More than one package manager's file was found: {managers}.",
        advice="Decide on one tool and delete the files of the others.",
    ),
    Explanation(
        code="package-manager::pipenv-missing-lockfile",
        blame=Blame.APP,
        title="Pipfile.lock is missing",
        text="There is a Pipfile, but no Pipfile.lock, so the versions of the dependencies are not fixed.",
        staff_text="Under the present rules a Pipfile without its lock is refused, whatever other files there are.",
        advice="Run pipenv lock and commit the Pipfile.lock that it writes.",
    ),
    Explanation(
        code="package-manager::setup-py-only",
        blame=Blame.APP,
        title="setup.py alone is not enough",
        text="The root of the app has a setup.py, but no file that lists its dependencies for a deployment.",
        staff_text="Earlier rules installed the project from setup.py; the present ones don't.",
        advice="Add a requirements.txt with a single dot in it, which installs the project itself.",
    ),
)

RUNTIME_TXT_FAILURES = catalogue(
    Explanation(
        code="runtime-txt::invalid-version",
        blame=Blame.APP,
        title="runtime.txt names no version",
        text="runtime.txt holds no version of the form python-3.12 or python-3.12.3[[, but {found}]].",
        staff_text="The file has to hold the prefix python-, a version, and nothing else but blank lines and comments.",
        advice="Write python-{default_series} into it.",
    ),
    Explanation(
        code="runtime-txt::not-supported",
        blame=Blame.APP,
        title="runtime.txt does not go with uv",
        text="The app is installed with uv, which takes its Python version from .python-version, not from runtime.txt.",
        staff_text="uv and runtime.txt would be two truths about one version.",
        advice="Delete runtime.txt and write {version} into a file called .python-version.",
    ),
)

VERSION_FILE_FAILURES = catalogue(
    Explanation(
        code="python-version-file::misspelled",
        blame=Blame.APP,
        title="A version file has the wrong name",
        text="The file {name} looks as if it was meant to be .python-version, and would not be read.",
        staff_text="A misspelled version file is an error even beside a right one, since either could be edited next.",
        advice="Rename it to .python-version, or delete it.",
    ),
    Explanation(
        code="python-version-file::not-found",
        blame=Blame.APP,
        title="uv needs a .python-version file",
        text="The app is installed with uv, but no .python-version file says which Python it needs.",
        staff_text="With uv neither the default nor the last build's version is used.",
        advice="Write {series}, or the version you develop with, into a file called .python-version.",
    ),
    Explanation(
        code="python-version-file::invalid-encoding",
        blame=Blame.APP,
        title=".python-version is not saved as UTF-8",
        text="The file .python-version seems to be saved as {encoding}, and no version can be read from it.",
        staff_text="Editors and shells on Windows often save files like this.",
        advice="Save it again as UTF-8 without a byte order mark, with {default_series} in it, for example.",
    ),
    Explanation(
        code="python-version-file::invalid-version",
        blame=Blame.APP,
        title=".python-version names no version",
        text="The file .python-version contains the line {line}, which is neither of the form 3.12 nor 3.12.3.",
        staff_text="Prefixes, wildcards, ranges and comments behind a version are not understood.",
        advice="Write {default_series} into it, with nothing before or after.",
    ),
    Explanation(
        code="python-version-file::no-version",
        blame=Blame.APP,
        title=".python-version is empty",
        text="The file .python-version has no line with a version; lines that begin with # don't count.",
        staff_text="The file is empty, or all of its lines are blank or comments.",
        advice="Write {default_series} into it, or delete it.",
    ),
    Explanation(
        code="python-version-file::multiple-versions",
        blame=Blame.APP,
        title=".python-version names several versions",
        text="The file .python-version asks for several versions at once: {versions}.",
        staff_text="Tools that manage several interpreters allow this; a build needs exactly one.",
        advice="Keep the one that the app is to run with, and delete the others.",
    ),
)

PIPENV_FAILURES = catalogue(
    Explanation(
        code="pipfile-lock::invalid-json",
        blame=Blame.APP,
        title="Pipfile.lock cannot be read",
        text="Pipfile.lock is not the JSON that Pipenv writes: {problem}.",
        staff_text="Often a merge conflict was left in the file, or it was edited by hand.",
        advice="Run pipenv lock to write it afresh, and commit it.",
    ),
    Explanation(
        code="pipfile-lock::invalid-version",
        blame=Blame.APP,
        title="Pipfile.lock names no usable Python version",
        text="Pipfile.lock names no Python version of the form 3.12 or 3.12.3[[, but {found}]].",
        staff_text="The version stands in _meta.requires, as python_full_version or python_version.",
        advice="Write python_version = {default_series}, in quotes, under [requires] in Pipfile and run pipenv lock.",
    ),
    Explanation(
        code="pipfile::invalid-toml",
        blame=Blame.APP,
        title="Pipfile cannot be read",
        text="Pipfile is not valid TOML: {problem}.",
        staff_text="Often a merge conflict was left in the file.",
        advice="Correct the file; pipenv verify shows whether it can be read.",
    ),
    Explanation(
        code="pipfile::invalid-version",
        blame=Blame.APP,
        title="Pipfile names no usable Python version",
        text="python_full_version in Pipfile is not of the form 3.12.3[[, but {found}]].",
        staff_text="python_full_version takes an exact release; python_version takes a series.",
        advice="Write an exact release there, or python_version = {default_series}, in quotes, instead.",
    ),
)

DETECTION_WARNINGS = catalogue(
    Explanation(
        code="python-version-unspecified",
        blame=Blame.APP,
        title="The app asks for no Python version",
        text="No file says which Python the app needs, so {series} was chosen for it. This choice can change.",
        staff_text="The version comes from the last build or is the default of the stack.",
        advice="Write {series} into a file called .python-version in the root of the app.",
    ),
    Explanation(
        code="runtime-txt-deprecated",
        blame=Blame.APP,
        title="runtime.txt is deprecated",
        text="The app names its Python version in runtime.txt, which .python-version has replaced.",
        staff_text="Support for runtime.txt is going to end.",
        advice="Delete runtime.txt and write {series} into a file called .python-version.",
    ),
    Explanation(
        code="pipfile-lock-missing",
        blame=Blame.APP,
        title="Pipfile.lock is missing",
        text="There is no Pipfile.lock, so each build may install other versions of the dependencies.",
        staff_text="The rules of this stack allow it; newer ones don't.",
        advice="Run pipenv lock and commit the Pipfile.lock that it writes.",
    ),
    Explanation(
        code="python-version-ignored",
        blame=Blame.APP,
        title="The python_version in {origin} was passed over",
        text="python_version in {origin} is no series that is offered anywhere[[, but {found}]], so it was not used.",
        staff_text="python_version takes a series such as 3.12; anything else is passed over with this warning.",
        advice="Write a series such as 3.12 there, or an exact release as python_full_version.",
    ),
)
