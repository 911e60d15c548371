# -*- coding: utf-8 -*-
"""Two commands, nothing to install by hand:

    python3 start.py demo      the whole study against a simulated VK, no token, no network but for packages
    python3 start.py test      the tests

Any other words go to vkaudience itself: ``python3 start.py collect --help``. On Windows: ``py start.py demo``.

It finds the best Python 3.11-3.15, makes ``.venv`` beside itself, installs the versions of ``constraints.txt`` there
and hands over. ``.venv/vkaudience-setup.json`` says what was installed and where: what does not match it any more
(changed pyproject, moved folder, killed set-up) is repaired or built anew. Standard library only, in syntax that
Python 2.7 shares with today's, so that a person with the wrong Python reads a message.
"""

import errno
import glob
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time

try:
    import fcntl
except ImportError:
    import msvcrt

MINORS = (13, 12, 11, 14, 15)  # of Python 3, the best first: from 14 on gensim has no wheels
LACKS = ((u"Здесь нет gensim (engine, bigrams, выгрузка)", u"no gensim here (engine, bigrams, its export)"),
         (u"Здесь нет gensim (engine, bigrams, выгрузка), леммы медленнее", u"no gensim here, lemmas are slower"))
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "vkaudience-setup.json")
LOCK = os.path.join(ROOT, ".venv.lock")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
FAILED, USAGE, INTERRUPTED = 1, 2, 130

# Taken out of the children's environment: PYTHONPATH and PYTHONHOME bring foreign modules; PIP_USER, PIP_TARGET and
# PIP_REQUIRE_VIRTUALENV move the installation or refuse it. What names the network or the console stays.
STRAY = re.compile("PYTHON|PIP_|VIRTUAL_ENV|__PYVENV_LAUNCHER__")
KEPT = re.compile(
    "PYTHON(UTF8|IOENCODING|UNBUFFERED|HASHSEED|FAULTHANDLER|DONTWRITEBYTECODE|PYCACHEPREFIX)$|PIP_((EXTRA_)?INDEX_URL|"
    "FIND_LINKS|NO_INDEX|TRUSTED_HOST|(CLIENT_)?CERT|PROXY|(DEFAULT_)?TIMEOUT|RETRIES|(NO_)?CACHE_DIR|CONFIG_FILE)$"
)

# Where installers, pyenv, uv and Homebrew put Python 3.{0}, should PATH not name it.
WINDOWS_PLACES = (
    "$LOCALAPPDATA/Programs/Python/Python3{0}/python.exe",
    "$LOCALAPPDATA/Python/pythoncore-3.{0}-64/python.exe",
    "$ProgramFiles/Python3{0}/python.exe",
    "$APPDATA/uv/python/cpython-3.{0}.*/python.exe",
    "~/.pyenv/pyenv-win/versions/3.{0}.*/python.exe",
)
POSIX_PLACES = (
    "$PYENV_ROOT/versions/3.{0}.*/bin/python3.{0}",
    "~/.pyenv/versions/3.{0}.*/bin/python3.{0}",
    "~/.local/share/uv/python/cpython-3.{0}.*/bin/python3.{0}",
    "/usr/local/bin/python3.{0}",
    "/opt/homebrew/bin/python3.{0}",
    "/Library/Frameworks/Python.framework/Versions/3.{0}/bin/python3.{0}",
)

PROBE = """
import json, struct, sys, sysconfig; missing = []
for name in "venv ensurepip ssl sqlite3 zlib bz2 lzma".split():
    try: __import__(name)
    except ImportError: missing.append(name)
print("probe:" + json.dumps({"version": list(sys.version_info[:3]), "bits": struct.calcsize("P") * 8,
    "missing": missing, "threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "exe": getattr(sys, "_base_executable", None) or sys.executable}))
"""

HELP = u"""vkaudience: кто эти люди и что им важно · who these people are and what they care about

  {py} start.py demo              всё исследование на игрушечном VK, без токена · a whole study on a simulated VK
  {py} start.py test              тесты · the tests
  {py} start.py COMMAND --help    любая команда vkaudience · any command of vkaudience

  Первый запуск ставит пакеты в .venv: 300 МБ, несколько минут · the first run installs packages there
  start.py -v COMMAND             показать вывод pip · show what pip says
  VKAUDIENCE_PYTHON=3.11          выбрать версию Python · choose the Python (or its path)"""

# What pip's last words most probably mean: marks, is it the network, what to do.
HINTS = (
    (("No space left", "Errno 28", "WinError 112", "Disk quota"), False,
     u"На диске нет места: нужно около 1 ГБ.", u"The disk is full: about 1 GB is needed."),
    (("Permission denied", "WinError 5]", "Access is denied", "Read-only file system"), False,
     u"Нет права писать: закройте программы, открытые из .venv, или перенесите папку туда, где можно писать.",
     u"No right to write: close programs that run from .venv, or move the folder to where you may write."),
    (("CERTIFICATE_VERIFY", "SSLError"), True,
     u"Сеть подменяет сертификаты (антивирус, прокси): задайте PIP_CERT=файл.pem или смените сеть.",
     u"The network replaces certificates (antivirus, proxy): set PIP_CERT=file.pem or use another network."),
    (("ConnectionError", "NameResolution", "name resolution", "Max retries", "timed out", "ProxyError", "getaddrinfo",
      "Network is unreachable", "Connection refused", "Could not find a version", "No matching dist"), True,
     u"Похоже, нет сети: проверьте интернет и прокси (HTTPS_PROXY), затем повторите ту же команду.",
     u"The network seems to be down: check it and the proxy (HTTPS_PROXY), then repeat the same command."),
    (("Failed building wheel", "Visual C++", "error: command"), False,
     u"Для этого Python нет готовой сборки пакета: поставьте 64-разрядный Python 3.13 с python.org.",
     u"A package has no wheel for this Python: install the 64-bit Python 3.13 from python.org."),
    (("",), False,
     u"Повторите с -v (start.py -v ...) и прочтите вывод pip; папку .venv можно удалить и начать заново.",
     u"Repeat with -v (start.py -v ...) and read what pip says; deleting .venv and starting again is safe."),
)


class SetupError(Exception):
    """The set-up cannot go on: what to tell, in Russian and in English, and the exit code."""

    def __init__(self, russian, english, code=FAILED, network=False):
        Exception.__init__(self, english)
        self.russian, self.english, self.code, self.network = russian, english, code, network


def say(russian, english=u"", separator=u" · "):
    """Write to stderr in both languages; a console that has no Cyrillic gets the English only."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    text = russian + separator + english if english else russian
    try:
        russian.encode(encoding)
    except (UnicodeError, LookupError):
        text = english or russian
    getattr(sys.stderr, "buffer", sys.stderr).write((text + u"\n").encode(encoding, "replace"))
    sys.stderr.flush()


def dotted(version):
    """``(3, 13)`` -> ``3.13``."""
    return u".".join(u"%d" % part for part in version)


def path_hits(name):
    """Every file called ``name`` on PATH, in order: the first may be a shim that only complains."""
    hits = [os.path.join(one, name + ".exe" * WINDOWS) for one in os.environ.get("PATH", "").split(os.pathsep) if one]
    return [hit for hit in hits if os.path.isfile(hit)]


def candidates(minor):
    """Command lines that may be Python 3.``minor``, the likeliest first; or the one the user named."""
    asked = os.environ.get("VKAUDIENCE_PYTHON", "")
    if asked and not asked.startswith("3."):
        return [[asked]]
    found = [sys.executable or ""] + path_hits("python3.%d" % minor) + path_hits("python3") + path_hits("python")
    for place in WINDOWS_PLACES if WINDOWS else POSIX_PLACES:
        found += sorted(glob.glob(os.path.expandvars(os.path.expanduser(place.format(minor)))), reverse=True)
    return [[hit] for hit in found] + [[hit, "-3.%d" % minor] for hit in path_hits("py") if WINDOWS]


def probe(command, env):
    """Ask a command line what Python it is; None when it does not answer (a pyenv shim, a store stub)."""
    try:
        child = subprocess.Popen(command + ["-c", PROBE], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        lines = child.communicate()[0].decode("ascii", "replace").splitlines()
        answers = [json.loads(line[len("probe:"):]) for line in lines if line.startswith("probe:")]
    except (OSError, ValueError):
        return None
    return answers[-1] if child.returncode == 0 and answers else None


def find_python(env):
    """The best Python that can make an environment, as probed. Raises SetupError."""
    asked, answers = os.environ.get("VKAUDIENCE_PYTHON", ""), {}
    for minor in [minor for minor in MINORS if asked == "3.%d" % minor] or MINORS:
        for command in candidates(minor):
            answer = answers[tuple(command)] = answers.get(tuple(command)) or probe(command, env)
            fits = answer and answer["version"][:2] == [3, minor] and answer["bits"] == 64 and not answer["threaded"]
            if fits and not answer["missing"]:
                return answer
    raise no_python([answer for answer in answers.values() if answer])


def no_python(others):
    """The error for a machine that has other Pythons only, or one without ensurepip, as Debian ships it."""
    facts = [[dotted(it["version"]), u"%d bit" % it["bits"]] + [u"-" + lack for lack in it["missing"]] for it in others]
    found = u"; ".join(sorted(set(u" ".join(fact) for fact in facts))) or u"-"
    return SetupError(
        u"Нужен Python 3.11-3.15, лучше 3.13 (64 бита, с модулями venv и ensurepip), а найдено: %s.\n"
        u"  Почему: для других версий нет готовых сборок библиотек.\n"
        u"  Что делать: поставьте Python 3.13 с https://www.python.org/downloads/ и повторите ту же команду.\n"
        u"  Debian, Ubuntu: если версия подходит, хватит  sudo apt install python3-venv" % found,
        u"Python 3.11 to 3.15, best 3.13 (64 bit, with the modules venv and ensurepip), is needed; found: %s.\n"
        u"  Why: the libraries have no wheels for other versions.\n"
        u"  What to do: install Python 3.13 from https://www.python.org/downloads/ and repeat the command.\n"
        u"  Debian, Ubuntu: where the version fits,  sudo apt install python3-venv  is enough" % found,
        USAGE,
    )


def clean_env(source):
    """A copy of an environment without what would lead Python or pip astray; proxies and indexes stay."""
    env = dict((name, source[name]) for name in source if KEPT.match(name.upper()) or not STRAY.match(name.upper()))
    env["PIP_USER"] = "0"  # a pip.conf may say `user = true`; the environment wins over it
    if WINDOWS:
        env.setdefault("PYTHONUTF8", "1")  # elsewhere the locale is right already
    return env


def fingerprint():
    """A hash of what the installation is made from; line ends do not count."""
    texts = b""
    for name in ("pyproject.toml", "constraints.txt"):
        with io.open(os.path.join(ROOT, name), "rb") as file:
            texts += file.read().replace(b"\r\n", b"\n") + b"\0"
    return hashlib.sha256(texts).hexdigest()


def read_stamp():
    """What .venv says about itself; empty when it says nothing readable."""
    try:
        with io.open(STAMP, encoding="utf-8") as file:
            return dict(json.load(file))
    except (IOError, OSError, ValueError, TypeError):
        return {}


def write_stamp(stamp):
    """Replace the stamp in one step: a kill leaves the old one, the new one or none."""
    with io.open(STAMP + ".new", "wb") as file:
        file.write(json.dumps(stamp, sort_keys=True).encode("ascii"))
    os.replace(STAMP + ".new", STAMP)


def judge(stamp, extras, alive):
    """``ready``, ``update`` (install on top) or ``rebuild``; ``alive`` is what .venv's Python answers, or None."""
    asked = os.environ.get("VKAUDIENCE_PYTHON", "")
    version = list(alive["version"]) if alive else None
    whole = stamp.get("state") == "ready" and stamp.get("place") == ROOT and version == stamp.get("python")
    if not whole or version[1] not in MINORS or (asked.startswith("3.") and asked != dotted(version[:2])):
        return "rebuild"
    same = stamp.get("sources") == fingerprint() and set(extras) <= set(stamp.get("extras", []))
    return "ready" if same else "update"


def look(extras, env):
    """The verdict on the .venv that is there, and its stamp."""
    stamp = read_stamp()
    return judge(stamp, extras, probe([PYTHON], env) if stamp else None), stamp


def run_step(command, env, verbose):
    """Run one step of the set-up; on failure raise SetupError with its last lines and what they mean."""
    lines = []
    with subprocess.Popen(command, env=env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as child:
        try:
            for raw in child.stdout:
                lines.append(raw.decode("utf-8", "replace").rstrip())
                if verbose:
                    say(u"    " + lines[-1])
        except BaseException:  # Ctrl-C above all: pip must not go on alone
            child.kill()
            raise
    if child.returncode:
        raise step_error(lines)


def step_error(lines):
    """The error for a step that failed after printing ``lines``."""
    full = shutil.disk_usage(ROOT).free < 50 * 1024 * 1024  # ensurepip fails without saying why
    text = u"\n".join(lines + [u"No space left"] * full)
    network, russian, english = next(hint[1:] for hint in HINTS if any(mark in text for mark in hint[0]))
    say(u"\n".join(u"    " + line for line in lines[-12:]))
    return SetupError(u"Не получилось подготовить окружение .venv (последние строки выше).\n  " + russian,
                      u"The set-up of .venv failed (its last lines are above).\n  " + english, network=network)


def make_venv(env, verbose):
    """Build .venv anew with the best Python of this machine; returns its version."""
    python = find_python(env)
    say(u"[1/2] Создаю .venv на Python %s" % dotted(python["version"]), u"making .venv")
    if python["version"][1] > 13:
        say(*LACKS[python["version"][1] > 14])
    if os.path.exists(STAMP):
        os.remove(STAMP)  # first of all: from here to the end the folder counts as unfinished
    run_step([python["exe"], "-m", "venv", "--clear", VENV], env, verbose)
    return python["version"]


def make_link_relative():
    """Make the path in the editable install's .pth file relative.

    Python 3.11 and 3.12 read .pth files in the system's 8-bit encoding while installers write UTF-8: on Windows a
    folder named in Cyrillic would not be found, or would stop .venv's Python from starting at all.
    """
    pattern = ("Lib", "site-packages") if WINDOWS else ("lib", "python3.*", "site-packages")
    for site in glob.glob(os.path.join(VENV.replace("[", "[[]"), *pattern)):
        for name in os.listdir(site):
            if "vkaudience" in name and name.endswith(".pth"):
                with io.open(os.path.join(site, name), "wb") as file:
                    file.write(os.path.relpath(ROOT, site).encode("ascii") + b"\n")


def install(extras, version, env, verbose):
    """Install the project and the tested versions of what it needs into .venv."""
    stamp = {"state": "installing", "place": ROOT, "sources": fingerprint(), "python": version, "extras": extras}
    write_stamp(stamp)
    say(u"[2/2] Ставлю пакеты (несколько минут, один раз)", u"installing packages (a few minutes, once)")
    pip = [PYTHON, "-m", "pip", "--no-input", "--disable-pip-version-check", "install", "-c", "constraints.txt"]
    run_step(pip + ["-e", ".[%s]" % ",".join(extras) if extras else "."], env, verbose)
    make_link_relative()
    run_step([PYTHON, "-P", "-c", "import importlib.util as u; assert u.find_spec('vkaudience')"], env, verbose)
    write_stamp(dict(stamp, state="ready"))


def repair(extras, env, verbose):
    """Bring .venv to the wanted state, whatever state it is in; the caller holds the lock."""
    verdict, stamp = look(extras, env)  # another start.py may have done it while this one waited
    extras = sorted(set(extras) | set(stamp.get("extras", [])))
    if verdict == "update":
        try:
            return install(extras, stamp["python"], env, verbose)
        except SetupError as error:
            if error.network:  # pip fetches before it changes anything, so what was there still works
                write_stamp(stamp)
                raise
            say(u"Обновить не вышло, собираю .venv заново", u"could not update, building .venv anew")
    return None if verdict == "ready" else install(extras, make_venv(env, verbose), env, verbose)


def prepare(extras, env, verbose):
    """Make sure that .venv is whole. Raises SetupError."""
    if look(extras, env)[0] == "ready":
        return
    try:
        with io.open(LOCK, "ab") as file:
            if not try_lock(file):
                say(u"Другой start.py уже готовит .venv, жду", u"another start.py is preparing .venv, waiting")
                while not try_lock(file):
                    time.sleep(0.5)
            repair(extras, env, verbose)
    except (IOError, OSError) as error:
        raise step_error(["%s: %s" % (type(error).__name__, error)])


def try_lock(file):
    """Take an operating system lock that dies with the process; True also where the disk knows no locks."""
    try:
        if WINDOWS:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError) as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def command_line(words):
    """What to run inside .venv for these words, and the extras it needs."""
    if words[0] == "test":
        return [PYTHON, "-m", "pytest"] + words[1:], ["test"]
    # -P: a nlp.py or storage.py in the current folder must not stand in for ours.
    return [PYTHON, "-P", "-m", "vkaudience"] + words, []


def hand_over(command, env):
    """Become the command, so that signals and exit codes are its own; Windows cannot, so there wait for it."""
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(command[0], command, env)
    child = subprocess.Popen(command, env=env)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue  # the child got Ctrl-C too and ends in its own way


def main(argv):
    """Read the words, prepare, hand over; returns an exit code."""
    verbose = argv[:1] in (["-v"], ["--verbose"])
    words = argv[verbose:]
    if not words or words[0] in ("-h", "--help", "help"):
        say(HELP.format(py=u"py" if WINDOWS else u"python3"))
        return 0
    env = clean_env(os.environ)
    command, extras = command_line(words)
    try:
        if sys.version_info < (3, 6):  # it has found a better one; its own library is too old for the rest
            return hand_over([find_python(env)["exe"], os.path.abspath(__file__)] + argv, env)
        prepare(extras, env, verbose)
    except SetupError as error:
        say(error.russian, error.english, u"\n\n")
        return error.code
    except KeyboardInterrupt:
        say(u"\nПрервано; повторите ту же команду", u"interrupted; repeat the same command")
        return INTERRUPTED
    if words[0] == "test":
        os.chdir(ROOT)
    else:  # messages then name command lines that work when they are pasted
        env["VKAUDIENCE_CALLED"] = (u"py" if WINDOWS else u"python3") + u" start.py"
    return hand_over(command, env)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
