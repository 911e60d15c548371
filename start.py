# -*- coding: utf-8 -*-
"""Two commands, nothing to install by hand:

    python3 start.py demo      the whole study against a simulated VK, no token, no network but for packages
    python3 start.py test      the tests

Any other words go to vkaudience itself: ``python3 start.py collect --help``. On Windows: ``py start.py demo``.

This file needs the standard library only, and keeps to the syntax that Python 2.7 and 3.6 share with today's
(no f-strings, no annotations), so that a person with the wrong Python reads a message instead of a SyntaxError.

It finds the newest Python 3.11-3.13, makes ``.venv`` beside itself, installs ``constraints.txt``'s versions there,
and hands over. ``.venv/vkaudience-setup.json`` says what was installed and where: whatever does not match it any
more (changed pyproject, moved folder, set-up killed half-way) is repaired or built anew.
"""

import glob
import hashlib
import io
import json
import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)
MINORS = (13, 12, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "vkaudience-setup.json")
LOCK = os.path.join(ROOT, ".venv.lock")
WINDOWS = os.name == "nt"
FAILED, USAGE, INTERRUPTED = 1, 2, 130

# Everything else named PYTHON* or PIP_* is taken out of the children's environment: PYTHONPATH and PYTHONHOME bring
# foreign modules, PIP_USER, PIP_TARGET and PIP_REQUIRE_VIRTUALENV move or refuse the installation.
KEPT_PYTHON = ("UTF8", "IOENCODING", "UNBUFFERED", "HASHSEED", "FAULTHANDLER", "DONTWRITEBYTECODE", "PYCACHEPREFIX")
KEPT_PIP = (
    "INDEX_URL", "EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "TRUSTED_HOST", "CERT", "CLIENT_CERT", "PROXY",
    "TIMEOUT", "DEFAULT_TIMEOUT", "RETRIES", "CACHE_DIR", "NO_CACHE_DIR", "CONFIG_FILE", "KEYRING_PROVIDER",
    "DISABLE_PIP_VERSION_CHECK",
)  # fmt: skip
FOREIGN = ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "__PYVENV_LAUNCHER__", "PYTHONEXECUTABLE", "CONDA_PYTHON_EXE")

PROBE = """
import json, struct, sys
missing = []
for name in ("venv", "ensurepip", "ssl", "sqlite3", "zlib", "bz2", "lzma"):
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
try:
    import sysconfig
    threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
except ImportError:
    threaded = False
exe = getattr(sys, "_base_executable", None) or sys.executable
print("probe:" + json.dumps({"version": list(sys.version_info[:3]), "bits": struct.calcsize("P") * 8,
    "missing": missing, "threaded": threaded, "exe": exe}))
"""

HELP_RU = u"""vkaudience: кто эти люди и что им важно. Аудитории сообществ VK.

  {py} start.py demo       всё исследование на игрушечном VK: без токена и без сети
  {py} start.py test       тесты
  {py} start.py КОМАНДА    init check collect import lemmatize topics report run status simulate
  {py} start.py КОМАНДА --help

  Первый запуск сам создаёт .venv и ставит пакеты (около 300 МБ, несколько минут).
  -v перед командой показывает, что делает pip.  VKAUDIENCE_PYTHON=3.11 выбирает Python."""
HELP_EN = u"""vkaudience: who these people are and what they care about. Audiences of VK communities.

  {py} start.py demo       the whole study on a simulated VK: no token, no network
  {py} start.py test       the tests
  {py} start.py COMMAND    init check collect import lemmatize topics report run status simulate

  The first run makes .venv and installs the packages (some 300 MB, a few minutes)."""


class SetupError(Exception):
    """The set-up cannot go on; carries what to tell, in Russian and in English, and the exit code."""

    def __init__(self, russian, english, code=FAILED):
        Exception.__init__(self, english)
        self.russian = russian
        self.english = english
        self.code = code


# --- speaking ---------------------------------------------------------------------------------------------------


def say(russian, english=None, separator=u" · "):
    """Write one line to stderr; a console that has no Cyrillic gets the English half only."""
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    text = russian if english is None else russian + separator + english
    try:
        russian.encode(encoding)
    except (UnicodeError, LookupError):
        text = russian if english is None else english
    data = (text + u"\n").encode(encoding, "replace")
    getattr(sys.stderr, "buffer", sys.stderr).write(data)
    sys.stderr.flush()


def dotted(version):
    """``(3, 13)`` -> ``3.13``."""
    return u".".join(str(part) for part in version)


def launcher():
    """How a person calls Python here."""
    return u"py" if WINDOWS else u"python3"


# --- finding a Python -------------------------------------------------------------------------------------------


def path_hits(name):
    """Every file called ``name`` on PATH, in order: the first may be a shim that only complains."""
    suffix = ".exe" if WINDOWS else ""
    folders = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    hits = [os.path.join(folder, name + suffix) for folder in folders]
    return [hit for hit in hits if os.path.isfile(hit)]


def windows_patterns(minor):
    """Where installers put Python 3.``minor`` on Windows."""
    env = os.environ.get
    local, roaming = env("LOCALAPPDATA", ""), env("APPDATA", "")
    tight = "Python3%d" % minor
    return [
        os.path.join(local, "Programs", "Python", tight, "python.exe"),
        os.path.join(local, "Python", "pythoncore-3.%d-64" % minor, "python.exe"),
        os.path.join(env("ProgramFiles", ""), tight, "python.exe"),
        os.path.join(env("SystemDrive", "C:") + os.sep, tight, "python.exe"),
        os.path.join(env("UV_PYTHON_INSTALL_DIR") or os.path.join(roaming, "uv", "python"),
                     "cpython-3.%d.*" % minor, "python.exe"),
        os.path.join(os.path.expanduser("~"), ".pyenv", "pyenv-win", "versions", "3.%d.*" % minor, "python.exe"),
    ]  # fmt: skip


def posix_patterns(minor):
    """Where systems, pyenv, uv and Homebrew put Python 3.``minor``, should PATH not name it."""
    env, home = os.environ.get, os.path.expanduser("~")
    name = "python3.%d" % minor
    pyenv = env("PYENV_ROOT") or os.path.join(home, ".pyenv")
    uv = env("UV_PYTHON_INSTALL_DIR") or os.path.join(home, ".local", "share", "uv", "python")
    return [
        os.path.join(pyenv, "versions", "3.%d.*" % minor, "bin", name),
        os.path.join(uv, "cpython-3.%d.*" % minor, "bin", name),
        "/usr/bin/" + name,
        "/usr/local/bin/" + name,
        "/opt/homebrew/bin/" + name,
        "/Library/Frameworks/Python.framework/Versions/3.%d/bin/%s" % (minor, name),
    ]


def candidates(minor):
    """Command lines that may be Python 3.``minor``, the likeliest first."""
    found = []
    if sys.executable:
        found.append([sys.executable])
    found += [[hit] for name in ("python3.%d" % minor, "python3", "python") for hit in path_hits(name)]
    if WINDOWS:
        found += [[hit, "-3.%d" % minor] for hit in path_hits("py")]
    for pattern in windows_patterns(minor) if WINDOWS else posix_patterns(minor):
        found += [[hit] for hit in sorted(glob.glob(pattern), reverse=True)]
    return found


def probe(command, env):
    """Ask a command line what Python it is; None when it does not answer (a pyenv shim, a store stub)."""
    try:
        child = subprocess.Popen(command + ["-c", PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env=env)  # fmt: skip
        out = child.communicate()[0].decode("ascii", "replace")
    except (OSError, ValueError):
        return None
    lines = [line for line in out.splitlines() if line.startswith("probe:")]
    return json.loads(lines[-1][len("probe:"):]) if child.returncode == 0 and lines else None


def fits(answer):
    """Whether a probed Python has wheels for everything: version, 64 bits, not free-threaded."""
    version = tuple(answer["version"][:2])
    return OLDEST <= version <= NEWEST and answer["bits"] == 64 and not answer["threaded"]


def wanted_minors():
    """The minor versions to look for: all, or the one in VKAUDIENCE_PYTHON=3.11."""
    asked = os.environ.get("VKAUDIENCE_PYTHON", "")
    minors = [minor for minor in MINORS if asked == "3.%d" % minor]
    return minors or list(MINORS)


def find_python(env, look=candidates, ask=probe):
    """The newest fitting Python that can make an environment, as its probe's answer. Raises SetupError."""
    asked = os.environ.get("VKAUDIENCE_PYTHON", "")
    if asked and not asked.startswith("3."):
        look = lambda minor: [[asked]]  # noqa: E731
    answers, crippled = {}, []
    for minor in wanted_minors():
        for command in look(minor):
            key = tuple(command)
            if key not in answers:
                answers[key] = ask(command, env)
            answer = answers[key]
            if not answer or not fits(answer) or answer["version"][1] != minor:
                continue
            if not answer["missing"]:
                return answer
            crippled.append(answer)
    raise no_python(crippled, [answer for answer in answers.values() if answer])


def no_python(crippled, others):
    """The error for a machine without a usable Python."""
    if crippled:
        answer = crippled[0]
        name, lacks = u"Python " + dotted(answer["version"][:2]), u", ".join(answer["missing"])
        apt = u"sudo apt install python%s-venv" % dotted(answer["version"][:2])
        return SetupError(
            u"%s найден, но без модулей: %s. Без них окружение .venv не создать.\n"
            u"  Debian, Ubuntu:  %s\n  Другие системы: поставьте Python 3.13 с python.org." % (name, lacks, apt),
            u"%s is here but lacks: %s, so .venv cannot be made.\n"
            u"  Debian, Ubuntu:  %s\n  Elsewhere: install Python 3.13 from python.org." % (name, lacks, apt),
            USAGE,
        )
    seen = sorted(set(dotted(answer["version"]) for answer in others))  # noqa: C401 - Python 2.6 habit, any version
    have = u", ".join(seen) or u"-"
    return SetupError(
        u"Нужен Python 3.11, 3.12 или 3.13 (64 бита), а найдено: %s.\n"
        u"  Почему: для других версий у библиотеки gensim нет готовых сборок.\n"
        u"  Что делать: поставьте Python 3.13 с https://www.python.org/downloads/ (другие версии не мешают)\n"
        u"  и повторите ту же команду." % have,
        u"Python 3.11, 3.12 or 3.13 (64 bit) is needed; found: %s.\n"
        u"  Why: gensim has no wheels for other versions.\n"
        u"  What to do: install Python 3.13 from https://www.python.org/downloads/ (others may stay)\n"
        u"  and repeat the same command." % have,
        USAGE,
    )


# --- the environment --------------------------------------------------------------------------------------------


def clean_env(source):
    """A copy of an environment without what would lead Python or pip astray; proxies and indexes stay."""
    env = {}
    for name, value in source.items():
        upper = name.upper()
        if upper in FOREIGN:
            continue
        if upper.startswith("PYTHON") and upper[len("PYTHON"):] not in KEPT_PYTHON:
            continue
        if upper.startswith("PIP_") and upper[len("PIP_"):] not in KEPT_PIP:
            continue
        env[name] = value
    # A pip.conf may say `user = true`; the environment wins over it.
    env["PIP_USER"] = "0"
    if WINDOWS:
        env.setdefault("PYTHONUTF8", "1")  # elsewhere the locale is right already
    return env


def venv_python():
    """The interpreter inside .venv."""
    return os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")


def fingerprint():
    """A hash of what the installation is made from."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        with io.open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def read_stamp():
    """What .venv says about itself; empty when it says nothing."""
    try:
        with io.open(STAMP, encoding="utf-8") as file:
            stamp = json.load(file)
    except (IOError, OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp):
    """Replace the stamp in one step, so that a kill leaves the old one or the new one."""
    beside = STAMP + ".new"
    with io.open(beside, "wb") as file:
        file.write(json.dumps(stamp, sort_keys=True).encode("ascii"))
    if WINDOWS and os.path.exists(STAMP):
        os.remove(STAMP)
    os.rename(beside, STAMP)


def judge(stamp, extras, wanted, alive):
    """``ready``, ``update`` (install on top) or ``rebuild``.

    ``wanted`` is the stamp of a perfect set-up but for its extras and Python; ``alive`` is the version that
    .venv's interpreter answers with, or None.
    """
    if stamp.get("state") != "ready" or stamp.get("place") != wanted["place"]:
        return "rebuild"
    if not alive or list(alive) != stamp.get("python") or not OLDEST <= tuple(alive[:2]) <= NEWEST:
        return "rebuild"
    same = stamp.get("sources") == wanted["sources"] and set(extras) <= set(stamp.get("extras", []))
    return "ready" if same else "update"


def current_state(extras, env):
    """Judge the .venv that is there; returns the verdict and its stamp."""
    stamp = read_stamp()
    if not stamp:
        return "rebuild", stamp
    answer = probe([venv_python()], env)
    alive = answer["version"] if answer else None
    asked = os.environ.get("VKAUDIENCE_PYTHON", "")
    if alive and asked.startswith("3.") and asked != dotted(alive[:2]):
        return "rebuild", stamp
    return judge(stamp, extras, {"place": ROOT, "sources": fingerprint()}, alive), stamp


# --- running children -------------------------------------------------------------------------------------------

HINTS = (
    (("No space left", "Errno 28", "WinError 112", "Disk quota"),
     u"На диске нет места: нужно около 1 ГБ.", u"The disk is full: about 1 GB is needed."),
    (("Permission denied", "WinError 5", "Access is denied", "Read-only file system"),
     u"Нет права писать: закройте программы, открытые из .venv, или перенесите папку туда, где можно писать.",
     u"No right to write: close programs running from .venv, or move the folder to where you may write."),
    (("CERTIFICATE_VERIFY", "SSLError"),
     u"Сеть подменяет сертификаты (антивирус, прокси): задайте PIP_CERT=файл.pem или смените сеть.",
     u"The network replaces certificates (antivirus, proxy): set PIP_CERT=file.pem or use another network."),
    (("NewConnectionError", "NameResolution", "name resolution", "Max retries", "timed out", "ProxyError",
      "getaddrinfo", "Network is unreachable", "Connection refused", "Could not find a version", "No matching dist"),
     u"Похоже, нет сети: проверьте интернет и прокси (HTTPS_PROXY), затем повторите ту же команду.",
     u"The network seems to be down: check it and the proxy (HTTPS_PROXY), then repeat the same command."),
    (("WinError 206", "path too long", "Filename too long"),
     u"Слишком длинный путь: перенесите папку ближе к корню диска, например C:\\vkaudience.",
     u"The path is too long: move the folder nearer to the root of the disk, C:\\vkaudience for example."),
    (("Failed building wheel", "Visual C++", "error: command"),
     u"Для этого Python нет готовой сборки пакета: поставьте 64-разрядный Python 3.13 с python.org.",
     u"A package has no wheel for this Python: install the 64-bit Python 3.13 from python.org."),
)  # fmt: skip


def hint(lines):
    """What a failed installation most probably means, in Russian and in English."""
    text = u"\n".join(lines)
    for marks, russian, english in HINTS:
        if any(mark in text for mark in marks):
            return russian, english
    return (u"Повторите с -v и посмотрите вывод pip; можно удалить папку .venv и начать заново.",
            u"Repeat with -v to see pip's output; deleting the folder .venv and starting again is safe.")  # fmt: skip


def run_step(command, env, verbose):
    """Run one step of the set-up; on failure raise SetupError with the last lines and a hint."""
    child = subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)  # fmt: skip
    child.stdin.close()
    lines = []
    try:
        for raw in iter(child.stdout.readline, b""):
            lines.append(raw.decode("utf-8", "replace").rstrip())
            if verbose:
                say(u"    " + lines[-1])
        code = child.wait()
    except BaseException:
        child.kill()
        child.wait()
        raise
    if code:
        tail = u"\n".join(u"    " + line for line in lines[-12:])
        russian, english = hint(lines)
        raise SetupError(u"Не получилось подготовить окружение.\n%s\n%s" % (tail, russian),
                         u"The set-up failed.\n%s" % english)  # fmt: skip


def make_venv(env, verbose):
    """Build .venv anew with the best Python of this machine; returns that Python's probe."""
    python = find_python(env)
    version = dotted(python["version"])
    say(u"[1/2] Создаю .venv на Python %s" % version, u"making .venv")
    if os.path.lexists(VENV) and not os.path.isdir(VENV):
        raise SetupError(u".venv рядом со start.py: не папка. Уберите этот файл и повторите.",
                         u".venv beside start.py is not a folder. Move it away and repeat.")  # fmt: skip
    # The stamp goes first: from here on until the end the folder counts as unfinished.
    if os.path.exists(STAMP):
        os.remove(STAMP)
    run_step([python["exe"], "-m", "venv", "--clear", VENV], env, verbose)
    return python


def relative_pth():
    """Make the editable install's path relative.

    Python 3.11 and 3.12 read .pth files in the system's 8-bit encoding while the installer writes UTF-8: on Windows
    a folder named in Cyrillic would not be found, or would stop Python from starting at all.
    """
    pattern = ("Lib", "site-packages") if WINDOWS else ("lib", "python3.*", "site-packages")
    for site in glob.glob(os.path.join(VENV.replace("[", "[[]"), *pattern)):
        for name in os.listdir(site):
            full = os.path.join(site, name)
            if not name.endswith(".pth") or "vkaudience" not in name:
                continue
            with io.open(full, "wb") as file:
                file.write(os.path.relpath(ROOT, site).encode("ascii") + b"\n")


def install(extras, version, env, verbose):
    """Install the project and its tested dependencies into .venv."""
    stamp = {"state": "installing", "place": ROOT, "sources": fingerprint(), "python": version, "extras": extras}
    write_stamp(stamp)
    say(u"[2/2] Ставлю пакеты (несколько минут, один раз)", u"installing packages (a few minutes, once)")
    target = "." + ("[%s]" % ",".join(extras) if extras else "")
    pip = [venv_python(), "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    run_step(pip + ["-c", "constraints.txt", "-e", target], env, verbose)
    relative_pth()
    write_stamp(dict(stamp, state="ready"))


def prepare(extras, env, verbose):
    """Bring .venv to the wanted state, whatever state it is in."""
    verdict, stamp = current_state(extras, env)
    if verdict == "ready":
        return
    release = take_lock()
    try:
        verdict, stamp = current_state(extras, env)  # another start.py may have done it meanwhile
        if verdict == "ready":
            return
        extras = sorted(set(extras) | set(stamp.get("extras", [])))
        if verdict == "update":
            try:
                install(extras, stamp["python"], env, verbose)
                return
            except SetupError:
                say(u"Обновить не вышло, собираю .venv заново", u"could not update, building .venv anew")
        install(extras, make_venv(env, verbose)["version"], env, verbose)
    except (IOError, OSError) as error:
        raise SetupError(u"Не удаётся писать в папку %s: %s. Перенесите её туда, где можно писать." % (ROOT, error),
                         u"Cannot write: move the folder to where you may write.")  # fmt: skip
    finally:
        release()


def take_lock():
    """Wait for any other start.py that prepares this .venv; returns what gives the lock back."""
    try:
        file = io.open(LOCK, "ab")
    except (IOError, OSError):
        return lambda: None  # a folder that cannot be written is reported by the step that needs it
    told = False
    while not try_lock(file):
        if not told:
            say(u"Другой start.py уже готовит .venv, жду", u"another start.py is preparing .venv, waiting")
            told = True
        import time

        time.sleep(0.5)
    return file.close


def try_lock(file):
    """Take an operating system lock that dies with the process; True where locks do not exist."""
    try:
        if WINDOWS:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError) as error:
        import errno

        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def hand_over(command, env):
    """Become the command (or, on Windows, wait for it); returns its exit code where it returns at all."""
    sys.stdout.flush()
    sys.stderr.flush()
    if not WINDOWS:
        os.execve(command[0], command, env)
    child = subprocess.Popen(command, env=env)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got Ctrl-C too and ends in its own way


def command_line(words):
    """What to run inside .venv for these words, and the extras it needs."""
    if words[0] == "test":
        return [venv_python(), "-m", "pytest"] + words[1:], ["test"]
    # -P: a nlp.py or storage.py in the current folder must not stand in for ours.
    return [venv_python(), "-P", "-m", "vkaudience"] + words, []


def main(argv):
    """Read the words, prepare, hand over; returns an exit code."""
    verbose = bool(argv) and argv[0] in ("-v", "--verbose")
    words = argv[1:] if verbose else argv
    if not words or words[0] in ("-h", "--help", "help"):
        say(HELP_RU.format(py=launcher()), HELP_EN.format(py=launcher()), u"\n\n")
        return 0
    env = clean_env(os.environ)
    command, extras = command_line(words)
    try:
        prepare(extras, env, verbose)
    except SetupError as error:
        say(error.russian, error.english, u"\n\n")
        return error.code
    except KeyboardInterrupt:
        say(u"\nПрервано. Повторите ту же команду: она продолжит.", u"interrupted; repeat the same command.")
        return INTERRUPTED
    if words[0] == "test":
        os.chdir(ROOT)
    return hand_over(command, env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
