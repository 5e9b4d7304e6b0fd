"""The attacks: a name, what the code does, and the outcomes that are allowed.

An outcome is what the judge gets: ``stopped KIND``, or the answer as text (the name of an exception where the code
was refused). ``LANDLOCK`` and ``NAMESPACES`` replace it where the two tiers differ.
``@OUTSIDE@`` and the like stand for places and processes of the judge.
"""

# ruff: noqa: E501  # an attack stands on one line

import textwrap
from typing import NamedTuple

__all__ = ["ATTACKS", "Attack"]

_QUICK = 0.4  # seconds, for what never answers
_LONG = 20.0  # seconds; nothing that is refused takes as long


class Attack(NamedTuple):
    """One attack."""

    name: str
    code: str
    allowed: str
    landlock: str = ""
    seconds: float = _LONG

    def outcomes(self, tier: str) -> set[str]:
        """Return the outcomes that are allowed in a tier."""
        text = self.landlock if tier == "landlock" and self.landlock else self.allowed
        return set(text.split(" | "))


def _attack(name: str, code: str, allowed: str, *, landlock: str = "") -> Attack:
    seconds = _QUICK if allowed.startswith("stopped time") or landlock.startswith("stopped time") else _LONG
    return Attack(name, textwrap.dedent(code).strip() + "\n", allowed, landlock, seconds)


_REFUSED = "PermissionError"
_UNSEEN = "FileNotFoundError"

_NEVER_ENDING = [
    _attack("endless loop", "while True: pass", "stopped time"),
    _attack("endless sleep", "import time; time.sleep(1000)", "stopped time"),
    _attack("huge power in C", "result = len(str(7 ** (10 ** 9)))", "stopped time | MemoryError"),
    _attack("regular expression that backtracks", 'import re; re.match(r"(a+)+$", "a" * 40 + "b")', "stopped time"),
    _attack("endless sum in C", "import itertools; sum(itertools.repeat(1))", "stopped time"),
    _attack(
        "loop that catches everything",
        """
        while True:
            try:
                while True: pass
            except BaseException: pass
        """,
        "stopped time",
    ),
    _attack(
        "loop that ignores every signal",
        """
        import signal
        for number in signal.valid_signals():
            try: signal.signal(number, signal.SIG_IGN)
            except OSError: pass
        while True: pass
        """,
        "stopped time",
    ),
    _attack("waiting for input that never comes", "import select; select.select([], [], [])", "stopped time"),
    _attack("reading the judge's next request", "import os; os.read(3, 1)", "stopped time"),
    _attack("locking itself out", "import threading; l = threading.Lock(); l.acquire(); l.acquire()", "stopped time"),
    _attack(
        "stopping itself",
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP); result = 'ignored'",
        "ignored",
        landlock="stopped time",
    ),
]

_MEMORY = [
    _attack("one large object", "bytearray(1 << 40)", "MemoryError"),
    _attack("object just above the limit", "bytearray(200 << 20)", "MemoryError"),
    _attack("many small objects", "held = []\nwhile True: held.append([0] * 100)", "MemoryError | stopped killed"),
    _attack("string that doubles", "s = 'x'\nwhile True: s += s", "MemoryError"),
    _attack("anonymous mapping", "import mmap; held = [mmap.mmap(-1, 64 << 20) for _ in range(99)]", "OSError"),
    _attack("file in memory", "import os; os.memfd_create('x')", _REFUSED),
    _attack("secret memory", "result = syscall(447, 0)", "EPERM"),
    _attack("shared memory of System V", "result = syscall(29, 0, 1 << 30, 0o1600)", "EPERM"),
    _attack("message queue of System V", "result = syscall(68, 0, 0o1600)", "EPERM"),
    _attack("shared memory by name", "from multiprocessing import shared_memory as s; s.SharedMemory(create=True, size=9)",
            _REFUSED + " | FileNotFoundError | ModuleNotFoundError | OSError"),
    _attack("pipes without end", "import os\nheld = []\ntry:\n    while True: held += os.pipe()\n"
            "except OSError: result = len(held) < 64", "True"),
    _attack("pipe made larger", "import os, fcntl; fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)", _REFUSED),
    _attack("huge list by its length", "[0] * (1 << 62)", "MemoryError"),
    _attack("generator that fills a dict", "d = dict.fromkeys(range(1 << 40))", "MemoryError"),
]  # fmt: skip

_DISK = [
    _attack("file without end", "with open('/tmp/x', 'wb') as f:\n    while True: f.write(b'x' * 65536)", "OSError",
            landlock=_REFUSED),
    _attack(
        "many files that fill the disk",
        "for i in range(99):\n    with open(f'/tmp/{i}', 'wb') as f: f.write(b'x' * 1000000)",
        "OSError",
        landlock=_REFUSED,
    ),
    _attack("a million files", "for i in range(1000000): open(f'/tmp/{i}', 'w').close()", "OSError", landlock=_REFUSED),
    _attack("directories without end", "import os\nfor i in range(1000000): os.mkdir(f'/tmp/{i}')", "OSError",
            landlock=_REFUSED),
    _attack("sparse file", "f = open('/tmp/x', 'wb'); f.truncate(1 << 40)", "OSError", landlock=_REFUSED),
    _attack("a gigabyte of output", "import os\nfor _ in range(1000): os.write(1, b'x' * 1000000)", "OSError"),
    _attack("a gigabyte printed", "for _ in range(1000): print('x' * 1000000)", "OSError"),
    _attack("output cut off by a signal", "import os, signal; signal.signal(25, signal.SIG_DFL)\n"
            "while True: os.write(1, b'x' * 1000000)", "OSError", landlock="stopped file-size"),
    _attack("output file made larger", "import os; os.ftruncate(1, 1 << 40)", "OSError"),
    _attack("output file reserved", "import os; os.posix_fallocate(1, 0, 1 << 30)", _REFUSED),
    _attack("output file emptied", "import os; os.write(1, b'x'); os.ftruncate(1, 0); result = 'no harm'", "no harm"),
]  # fmt: skip

_PROCESSES = [
    _attack("fork", "import os; os.fork()", _REFUSED),
    _attack("fork bomb", "import os\nwhile True: os.fork()", _REFUSED),
    _attack("fork bomb that tries for ever", "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
            "stopped time"),
    _attack("vfork", "result = syscall(58)", "EPERM"),
    _attack("clone3", "import ctypes; result = syscall(435, ctypes.create_string_buffer(88), 88)", "EPERM"),
    _attack("thread", "import threading; threading.Thread(target=print).start()", "RuntimeError"),
    _attack("thread bomb", "import _thread\nwhile True: _thread.start_new_thread(input, ())", "RuntimeError"),
    _attack("daemon that lives on", "import os\nif os.fork() == 0: os.setsid()", _REFUSED),
    _attack("subprocess", "import subprocess; subprocess.run(['/bin/sh', '-c', 'id'])", _REFUSED),
    _attack("os.system", "import os; result = os.system('id')", "-1 | 32512"),
    _attack("posix_spawn", "import os; os.posix_spawn('@PYTHON@', ['python'], {})", f"{_REFUSED} | {_UNSEEN}"),
    _attack("exec", "import os; os.execv('@PYTHON@', ['python', '-c', 'pass'])", f"{_REFUSED} | {_UNSEEN}"),
    _attack("exec of a library", "import os; os.execv('/lib64/ld-linux-x86-64.so.2', ['x'])", f"{_REFUSED} | {_UNSEEN}"),
    _attack("multiprocessing", "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
            _REFUSED),
    _attack("process pool", "import concurrent.futures as c; c.ProcessPoolExecutor().submit(print).result(5)",
            f"{_REFUSED} | {_UNSEEN} | OSError | NotImplementedError | ModuleNotFoundError | ImportError"),
]  # fmt: skip

_ENDS = [
    _attack("os._exit(0)", "import os; os._exit(0)", "stopped ended"),
    _attack("sys.exit", "import sys; sys.exit(0)", "stopped ended"),
    _attack("exit and a last word", "import atexit, os; atexit.register(print, 'passed'); os._exit(0)", "stopped ended"),
    _attack("KeyboardInterrupt", "raise KeyboardInterrupt", "stopped raised"),
    _attack("GeneratorExit", "raise GeneratorExit", "stopped raised"),
    _attack("exception with a lying class", "class E(BaseException):\n    @property\n    def __class__(self): 1 / 0\n"
            "    def __str__(self): 1 / 0\nraise E", "stopped raised"),
    _attack("exception whose text never ends", "class E(Exception):\n    def __str__(self):\n        while True: pass\n"
            "raise E", "E"),
    _attack("exception whose type is a liar", "class M(type):\n    @property\n    def __name__(self): raise SystemExit\n"
            "class E(Exception, metaclass=M): pass\nraise E", "stopped ended | E"),
    _attack("abort", "import os; os.abort()", "stopped killed"),
    _attack("segmentation fault", "import ctypes; ctypes.string_at(0)", "stopped killed"),
    _attack("stack of C overflown", "import sys; sys.setrecursionlimit(1 << 30)\n"
            "class A:\n    def __repr__(self): return repr([self])\nrepr(A())", "stopped killed | MemoryError | RecursionError"),
    _attack("recursion without limit", "import sys; sys.setrecursionlimit(1 << 30)\ndef f(): return f()\nf()",
            "MemoryError | SystemError | stopped killed | stopped memory | RecursionError"),
    _attack("code object made up", "f = lambda: 0\nf.__code__ = f.__code__.replace(co_code=b'\\x64\\xff' * 99)\nf()",
            "stopped killed | SystemError | stopped time | stopped ended | ValueError | IndexError | None"),
    _attack("killing itself", "import os; os.kill(os.getpid(), 9); result = 'ignored'", "ignored", landlock="stopped killed"),
    _attack("every descriptor closed", "import os; os.closerange(0, 99)", "stopped ended"),
    _attack("line closed, and on it goes", "import os; os.close(3)\nwhile True: pass", "stopped ended"),
    _attack("alarm", "import signal; signal.setitimer(signal.ITIMER_REAL, 0.1); signal.pause()", "stopped time", landlock="stopped killed"),
    _attack("exit in a destructor", "import os\nclass A:\n    def __del__(self): os._exit(0)\nA()", "stopped ended"),
]  # fmt: skip

_FRAME = (
    "import os, json, sys\ndef send(v):\n    d = json.dumps(v).encode(); os.write(3, len(d).to_bytes(4, 'big') + d)\n"
)
_FORGED = [
    _attack("reply ahead of the question", _FRAME + "send({'id': '0' * 16, 'answer': 'forged'})", "stopped garbled"),
    _attack("reply without an id", _FRAME + "send({'answer': 'forged'})", "stopped garbled"),
    _attack("verdict in place of a reply", _FRAME + "send({'passed': 8, 'of': 8})", "stopped garbled"),
    _attack("the child says again that it is confined", _FRAME + "send({'confined': True})", "stopped garbled"),
    _attack("frame of 4 GB", "import os; os.write(3, b'\\xff' * 4)", "stopped too-large"),
    _attack("frame just too large", "import os; os.write(3, (65537).to_bytes(4, 'big'))", "stopped too-large"),
    _attack("frame that never ends", "import os, time; os.write(3, b'\\0\\0\\0\\x09x'); time.sleep(99)", "stopped time"),
    _attack(
        "reply dripped byte by byte",
        "import os, time\nos.write(3, b'\\0\\0\\1\\0')\nwhile True: os.write(3, b' '); time.sleep(0.05)",
        "stopped time",
    ),
    _attack("reply without end", "import os\nwhile True: os.write(3, b'\\0' * 65536)", "stopped garbled | stopped time"),
    _attack("half a frame", "import os; os.write(3, b'\\0\\0\\1\\0{'); os._exit(0)", "stopped ended"),
    _attack("frame of nothing", "import os; os.write(3, b'\\0\\0\\0\\0')", "stopped garbled"),
    _attack("error of an unknown kind", "import os, sys, json\n"
            "i = sys._getframe(2).f_locals['request']['id']; d = json.dumps({'id': i, 'error': 'passed'}).encode()\n"
            "os.write(3, len(d).to_bytes(4, 'big') + d)", "stopped garbled"),
    _attack("error with words of its own", "import os, sys, json\n"
            "i = sys._getframe(2).f_locals['request']['id']; d = json.dumps({'id': i, 'error': ['x']}).encode()\n"
            "os.write(3, len(d).to_bytes(4, 'big') + d)", "stopped garbled"),
    _attack("an answer and an error", "import os, sys, json\n"
            "i = sys._getframe(2).f_locals['request']['id']\n"
            "d = json.dumps({'id': i, 'answer': 1, 'error': 'ended'}).encode()\n"
            "os.write(3, len(d).to_bytes(4, 'big') + d)", "stopped garbled"),
]  # fmt: skip

_RAW = "import os; d = {0}; os.write(3, len(d).to_bytes(4, 'big') + d)"
_DATA = [
    _attack("JSON 100,000 deep", _RAW.format("b'[' * 60000"), "stopped garbled"),
    _attack("objects 10,000 deep", _RAW.format("b'{\"a\":' * 10000"), "stopped garbled"),
    _attack("deep behind a text", _RAW.format("b'{\"a\\\\\\\\\":' + b'[' * 60000"), "stopped garbled"),
    _attack("NaN", _RAW.format("b'NaN'"), "stopped garbled"),
    _attack("Infinity", _RAW.format("b'-Infinity'"), "stopped garbled"),
    _attack("1e999", _RAW.format("b'1e999'"), "stopped garbled"),
    _attack("number of 60,000 digits", _RAW.format("b'9' * 60000"), "stopped garbled"),
    _attack("UTF-8 that is none", _RAW.format("b'\"\\xff\\xfe\"'"), "stopped garbled"),
    _attack("half of a surrogate pair", _RAW.format("b'\"\\\\ud800\"'"), "stopped garbled"),
    _attack("key given twice", _RAW.format("b'{\"id\": 1, \"id\": 2}'"), "stopped garbled"),
    _attack("NUL in the frame", _RAW.format("b'\\0\\0'"), "stopped garbled"),
    _attack("set for an answer", "result = {1}", "stopped garbled"),
    _attack("bytes for an answer", "result = b'x'", "stopped garbled"),
    _attack("tuple for an answer", "result = (1,)", "stopped garbled"),
    _attack("NaN for an answer", "result = float('nan')", "stopped garbled"),
    _attack("huge number for an answer", "result = 1 << 100000", "stopped garbled"),
    _attack("list that holds itself", "result = []; result += [result, result]", "stopped too-large"),
    _attack("deep list for an answer", "result = []\nfor _ in range(100000): result = [result]", "stopped garbled"),
    _attack("answer of 100 KB", "result = 'x' * 100000", "stopped too-large"),
    _attack("object equal to everything", "class A:\n    def __eq__(self, other): return True\nresult = A()",
            "stopped garbled"),
    _attack("subclass of int", "class A(int):\n    def __eq__(self, other): return True\nresult = A(5)",
            "stopped garbled"),
    _attack("subclass of dict", "class A(dict):\n    def items(self): return 1\nresult = A()", "stopped garbled"),
    _attack("surrogate for an answer", "result = '\\ud800'", "stopped garbled"),
    _attack("number for a key", "result = {1: 2}", "stopped garbled"),
]  # fmt: skip

_READING = [
    _attack("/etc/passwd", "open('/etc/passwd')", _UNSEEN, landlock=_REFUSED),
    _attack("the answers on disk", "open('@OUTSIDE@/answers.txt')", _UNSEEN, landlock=_REFUSED),
    _attack("the answers by a link", "import os; os.symlink('@OUTSIDE@/answers.txt', '/tmp/l'); open('/tmp/l')", _UNSEEN,
            landlock=_REFUSED),
    _attack("the answers by ..", "open('/dev/../@OUTSIDE@/answers.txt')", _UNSEEN, landlock=_REFUSED),
    _attack("the names beside the answers", "import os; os.listdir('@OUTSIDE@')", _UNSEEN, landlock=_REFUSED),
    _attack("the judge's source", "open('@PACKAGE@/grading/sandbox/worker.py')", _UNSEEN, landlock=_REFUSED),
    _attack("import of the laboratory", "import memslot_lab", "ModuleNotFoundError"),
    _attack("import of the laboratory by its path", "import sys; sys.path += ['@PACKAGE@/..', '@SITE@']\n"
            "import memslot_lab", "ModuleNotFoundError"),
    _attack("import of an installed package", "import sys; sys.path.append('@SITE@')\nimport ipywidgets",
            "ModuleNotFoundError"),
    _attack("installed packages of the bare interpreter", "import os, sys\n"
            "for p in sys.path:\n    for n in ('site-packages', 'dist-packages'):\n"
            "        q = os.path.join(p, n)\n"
            "        for e in (os.listdir(q) if os.path.isdir(q) else []):\n"
            "            for f in (os.scandir(os.path.join(q, e)) if os.path.isdir(os.path.join(q, e)) else []):\n"
            "                if f.is_file(): open(f.path); result = 'read'", "None | PermissionError", landlock="None | " + _REFUSED),
    _attack("the environment", "import os; result = ','.join(sorted(set(os.environ) - {'LC_ALL', 'LC_CTYPE'}))",
            "MALLOC_ARENA_MAX,PYTHONHASHSEED,PYTHONUTF8"),
    _attack("/proc/self/environ", "open('/proc/self/environ')", _UNSEEN, landlock=_REFUSED),
    _attack("/proc/self/mem", "open('/proc/self/mem', 'rb')", _UNSEEN, landlock=_REFUSED),
    _attack("memory of the judge", "open('/proc/@JUDGE@/mem', 'rb')", _UNSEEN, landlock=_REFUSED),
    _attack("memory of the worker", "import os; open(f'/proc/{os.getppid()}/mem', 'rb')", _UNSEEN, landlock=_REFUSED),
    _attack("command line of the judge", "open('/proc/@JUDGE@/cmdline')", _UNSEEN, landlock=_REFUSED),
    _attack("descriptor of the judge", "open('/proc/@JUDGE@/fd/0')", _UNSEEN, landlock=_REFUSED),
    _attack("other descriptors left open", "import os\nresult = ''\nfor i in range(4, 1000):\n"
            "    try: os.fstat(i); result += f'{i} '\n    except OSError: pass", ""),
    _attack("searching memory for the answers", "import gc\n"
            "result = any('known to the judge' in repr(o) for o in gc.get_objects() if type(o) in (dict, list))", "False"),
    _attack("frames of the caller", "import sys\nf = sys._getframe(); names = ''\n"
            "while f: names += str(f.f_locals.get('expected', '')); f = f.f_back\nresult = names", ""),
    _attack("the kernel's memory", "open('/dev/mem', 'rb')", f"{_UNSEEN} | {_REFUSED}"),
    _attack("the terminal", "open('/dev/tty')", f"{_UNSEEN} | {_REFUSED}"),
    _attack("the disks", "import os; os.listdir('/sys/block')", f"{_UNSEEN} | {_REFUSED}"),
    _attack("a file by its handle", "import ctypes; b = ctypes.create_string_buffer(128); result = syscall(304, 0, b, 0)",
            "EPERM"),
]  # fmt: skip

_WRITING = [
    _attack("file beside the answers", "open('@OUTSIDE@/marker', 'w')", _UNSEEN, landlock=_REFUSED),
    _attack("the answers overwritten", "open('@OUTSIDE@/answers.txt', 'w')", _UNSEEN, landlock=_REFUSED),
    _attack("the answers removed", "import os; os.unlink('@OUTSIDE@/answers.txt')", _UNSEEN, landlock=_REFUSED),
    _attack("the answers made readable", "import os; os.chmod('@OUTSIDE@/answers.txt', 0o777)", _REFUSED),
    _attack("the answers given away", "import os; os.chown('@OUTSIDE@/answers.txt', 1, 1)", _REFUSED),
    _attack("the answers' date", "import os; os.utime('@OUTSIDE@/answers.txt', (0, 0))", _REFUSED),
    _attack("an attribute", "import os; os.setxattr('@OUTSIDE@/answers.txt', 'user.x', b'x')", _REFUSED),
    _attack("the answers cut off", "import os; os.truncate('@OUTSIDE@/answers.txt', 0)", _REFUSED),
    _attack("the lent file", "import attacked; open(attacked.__file__, 'a')", "OSError", landlock=_REFUSED),
    _attack("file beside the lent one", "import os, attacked; os.mkdir(attacked.__file__ + '.d')", "OSError",
            landlock=_REFUSED),
    _attack("the standard library", "import os; open(os.__file__, 'a')", "OSError", landlock=_REFUSED),
    _attack("shared memory's directory", "open('/dev/shm/hostile-marker', 'w')", _UNSEEN, landlock=_REFUSED),
    _attack("a device made", "import os; os.mknod('/tmp/d', 0o600 | 0o20000, os.makedev(1, 1))", _REFUSED),
    _attack("a named pipe", "import os; os.mkfifo('/tmp/hostile-marker')", _REFUSED),
    _attack("a hard link to outside", "import os; os.link('@OUTSIDE@/answers.txt', '/tmp/hostile-marker')",
            f"{_UNSEEN} | OSError", landlock=_REFUSED),
    _attack("temporary file left behind", "open('/tmp/hostile-marker', 'w').close(); result = 'in its own room'",
            "in its own room", landlock=_REFUSED),
]  # fmt: skip

_OTHERS = [
    _attack("signal to everybody", "import os; os.kill(-1, 9)", _REFUSED),
    _attack("signal to the group", "import os; os.kill(0, 9)", _REFUSED),
    _attack("signal to the parent", "import os; os.kill(os.getppid() or 2, 9)", _REFUSED),
    _attack("signal to the judge", "import os; os.kill(@JUDGE@, 9)", _REFUSED),
    _attack("signal to the judge's thread", "result = syscall(234, @JUDGE@, @JUDGE@, 9)", "EPERM"),
    _attack("signal by tkill", "result = syscall(200, @JUDGE@, 9)", "EPERM"),
    _attack("signal with a word", "result = syscall(129, @JUDGE@, 9, None)", "EPERM"),
    _attack("signal by pidfd", "import os, signal; signal.pidfd_send_signal(os.pidfd_open(@JUDGE@), 9)", _REFUSED),
    _attack("signal by the owner of a file", "import fcntl; fcntl.fcntl(3, 8, @JUDGE@)", _REFUSED),
    _attack("signal by ioctl", "import fcntl, struct; fcntl.ioctl(3, 0x8901, struct.pack('i', @JUDGE@))", _REFUSED),
    _attack("keystrokes by ioctl", "import fcntl; fcntl.ioctl(0, 0x5412, b'x')", _REFUSED),
    _attack("ptrace", "result = syscall(101, 16, @JUDGE@, 0, 0)", "EPERM"),
    _attack("process_vm_readv", "result = syscall(310, @JUDGE@, None, 0, None, 0, 0)", "EPERM"),
    _attack("pidfd_getfd", "result = syscall(438, 0, 0, 0)", "EPERM"),
    _attack("limits of the judge", "import resource; resource.prlimit(@JUDGE@, resource.RLIMIT_CPU)", _REFUSED),
    _attack("priority of the judge", "import os; os.setpriority(os.PRIO_PROCESS, @JUDGE@, 19)", _REFUSED),
    _attack("core of the judge", "import os; os.sched_setaffinity(@JUDGE@, {0})", _REFUSED),
    _attack("own core", "import os; os.sched_setaffinity(0, {0})", _REFUSED),
    _attack("real-time priority", "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", _REFUSED),
    _attack("raising a limit", "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
            f"{_REFUSED} | ValueError"),
    _attack("lowering a limit", "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))", "ValueError"),
    _attack("lifting a limit past Python", "import ctypes; result = syscall(302, 0, 9, ctypes.create_string_buffer(b'\\xff' * 16), 0)",
            "EPERM"),
    _attack("a lock on a shared file", "import fcntl, os; fcntl.flock(os.open(os.__file__, 0), 2)", _REFUSED),
    _attack("watching files", "result = syscall(294, 0)", "EPERM"),
]  # fmt: skip

_NETWORK = [
    _attack(f"socket: {name}", f"import socket; socket.socket({family}, {kind})", _REFUSED)
    for name, family, kind in (
        ("TCP", 2, 1),
        ("UDP", 2, 2),
        ("TCP over IPv6", 10, 1),
        ("unix", 1, 1),
        ("netlink", 16, 3),
        ("raw", 2, 3),
        ("packet", 17, 3),
        ("virtual machine", 40, 1),
    )
] + [
    _attack("socket pair", "import socket; socket.socketpair()", _REFUSED),
    _attack("name look-up", "import socket; socket.gethostbyname('localhost')", "gaierror | PermissionError | OSError"),
    _attack("passing a descriptor", "import socket; s = socket.socket(fileno=3); socket.send_fds(s, [b'x'], [0])", _REFUSED),
    _attack("web page", "import urllib.request as u; u.urlopen('http://127.0.0.1:9/', timeout=2)", "URLError | OSError"),
]  # fmt: skip

_KERNEL = [
    _attack(name, f"import ctypes; b = ctypes.create_string_buffer(256); result = syscall({call})", "EPERM")
    for name, call in (
        ("namespaces", "272, 0x10000000"),
        ("another namespace", "308, 0, 0"),
        ("mount", "165, b'x', b'/tmp', b'tmpfs', 0, 0"),
        ("unmount", "166, b'/', 2"),
        ("remount writable", "165, None, b'/', None, 32 | 4096, 0"),
        ("new mount", "428, -100, b'/', 1"),
        ("attributes of a mount", "442, -100, b'/', 0x8000, b, 32"),
        ("chroot", "161, b'/'"),
        ("pivot_root", "155, b'.', b'.'"),
        ("setuid", "105, 0"),
        ("setresuid", "117, 0, 0, 0"),
        ("setgroups", "116, 0, b"),
        ("capset", "126, b, b"),
        ("io_uring", "425, 1, b"),
        ("bpf", "321, 0, b, 64"),
        ("userfaultfd", "323, 1"),
        ("perf_event_open", "298, b, 0, -1, -1, 0"),
        ("keys", "248, b'user', b'x', b'x', 1, -3"),
        ("keyctl", "250, 0, -3, 1"),
        ("kernel module", "175, b, 1, b''"),
        ("kexec", "246, 0, 0, None, 0"),
        ("reboot", "169, 0, 0, 0, 0"),
        ("clock", "227, 0, b"),
        ("host name", "170, b'x', 1"),
        ("swap", "167, b'/tmp/x', 0"),
        ("a second filter", "317, 1, 0, b"),
        ("dumpable again", "157, 4, 1, 0, 0, 0"),
        ("parent's death signal off", "157, 1, 0, 0, 0, 0"),
        ("personality", "135, 0x0040000"),
        ("privileged port", "173, 0, 3, 1"),
        ("system log", "103, 3, b, 9"),
        ("quota", "179, 0, b'/', 0, b"),
        ("accounting", "163, b'/tmp/x'"),
        ("fanotify", "300, 0, 0"),
        ("seccomp by prctl", "157, 22, 2, b, 0, 0"),
    )
] + [
    _attack("call of the x32 kind", "result = syscall(0x40000000 | 39)", "stopped killed"),
    _attack(
        "call of the 32-bit kind (int 0x80)",
        """
        import ctypes, mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(bytes.fromhex("b814000000cd80c3"))
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
        """,
        "stopped killed",
    ),
    _attack("call that is none", "result = syscall(9999)", "EPERM"),
    _attack("number of a call above 32 bits", "result = syscall(57 | 1 << 32)", "EPERM"),
    _attack("ioctl above 32 bits", "result = syscall(16, 0, 0x5412 | 1 << 32, b'x')", "EPERM"),
]

_HARNESS = [
    _attack("the line's reader replaced", "import sys\nm = sys.modules['_sandbox.child']; m._read_frame = lambda: b''",
            "None"),
    _attack("the parser replaced", "import json; json.dumps = lambda *a, **k: '{\"passed\": true}'", "stopped garbled"),
    _attack("the app replaced", "import attacked; attacked.answer = lambda r: 'forged'", "None"),
    _attack("builtins replaced", "import builtins; builtins.len = lambda x: 0", "stopped garbled"),
    _attack("tracing the judge's loop", "import sys; sys.settrace(lambda *a: None); result = 'no harm'", "no harm"),
    _attack("a marker for the next submission", "STATE['marker'] = 1; import os; os.marker = 1; result = 'kept apart'",
            "kept apart"),
    _attack("compile bomb", "compile('(' * 100000, 'x', 'eval')", "SyntaxError | MemoryError | RecursionError | stopped killed"),
    _attack("compile bomb by constants", "compile('(1<<19**8,)*4**99', 'x', 'eval')",
            "MemoryError | stopped time | stopped killed | None"),
    _attack("deep expression", "import ast; ast.parse('-' * 100000 + '1')",
            "RecursionError | MemoryError | SyntaxError | stopped killed"),
    _attack("unpickling a command", "import pickle; pickle.loads(b'cos\\nsystem\\n(S\"id\"\\ntR.'); result = 'no shell'",
            "no shell"),
    _attack("NUL in the text", "x = 1\0", "SyntaxError | ValueError"),
    _attack("encoding line that lies", "# coding: utf-16\nresult = 'no harm'", "no harm | SyntaxError"),
    _attack("text that is no Python", "{\"cells\": [", "SyntaxError"),
]  # fmt: skip

ATTACKS = (
    _NEVER_ENDING
    + _MEMORY
    + _DISK
    + _PROCESSES
    + _ENDS
    + _FORGED
    + _DATA
    + _READING
    + _WRITING
    + _OTHERS
    + _NETWORK
    + _KERNEL
    + _HARNESS
)
