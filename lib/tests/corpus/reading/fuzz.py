"""Changed files of every format, read in a child process with a limit of time and memory.

`python fuzz.py SECONDS SEED` tries files for so long, and prints how many by kind and every fault.
"""

import bz2
import collections
import gzip
import io
import json
import lzma
import random
import resource
import select
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

MAX_SECONDS = 20
"""Of one small file, in processor time; most take a hundredth of a second."""
MAX_WAIT = 120
"""Seconds until a child that does not answer is taken for one that hangs."""
MAX_BYTES = 6 * 2**30
MAX_FILE = 2**20
MARKS = [
    *(b"\0", b"\xff", b'"', b"'", b"<", b">", b"{", b"}", b"[", b"]", b"\\", b",", b"\t", b"\r\n"),
    *(
        b"&",
        b"<!--",
        b"<![CDATA[",
        b"]]>",
        b"</",
        b"<p>",
        b"<w:p>",
        b"<item>",
        b"\\u",
        b"\\'",
        b"{",
    ),
    *(
        b"\\bin99999 ",
        b"\\u-1?",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1b$",
        b"\xed\xa0\xbd",
        b"\\ud83d",
    ),
    *(b"999999999999999999999", b"-1", b"1e999", b"NaN", b"null", b"2021-02-30", b"0000-00-00"),
    *(
        b"1 of 2 DOCUMENTS\n",
        b"End of Document\n",
        b"Body\n",
        b"Content-Length: 99\r\n",
        b"WARC/1.0",
    ),
    *("“".encode(), "\u202e".encode(), "\u200b".encode(), b"PK\3\4", b"\x1f\x8b\x08", b"PAR1"),
]


def cut(data, draw):
    start = draw.randrange(len(data) + 1)
    return data[:start] if draw.random() < 0.5 else data[:start] + data[start + pick_size(draw) :]


def flip(data, draw):
    changed = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 8, 64])):
        if changed:
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def insert(data, draw):
    place = draw.randrange(len(data) + 1)
    new = draw.choice(MARKS) if draw.random() < 0.8 else draw.randbytes(pick_size(draw))
    return data[:place] + new + data[place:]


def repeat(data, draw):
    start = draw.randrange(len(data) + 1)
    part = data[start : start + pick_size(draw)]
    return data[:start] + part * draw.choice([2, 3, 50, 1000]) + data[start:]


def swap(data, draw):
    a, b, c = sorted(draw.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def nest(data, draw):
    opening, closing = draw.choice(
        [(b"[", b"]"), (b'{"a":', b"}"), (b"<div>", b"</div>"), (b"{", b"}"), (b"(", b")")]
    )
    start, depth = draw.randrange(len(data) + 1), draw.choice([2, 20, 500, 5000])
    end = min(start + pick_size(draw), len(data))
    return data[:start] + opening * depth + data[start:end] + closing * depth + data[end:]


CHANGES = {f.__name__: f for f in (cut, flip, insert, repeat, swap, nest)}


def pick_size(draw):
    return draw.choice([1, 2, 8, 64, 512, 4096])


def change_zip(data, change):
    """The archive with one member changed; the rest stays valid."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as new:
        members = {info.filename: packed.read(info) for info in packed.infolist()}
        names = sorted(members, key=lambda name: ("sheet" in name or "document" in name, name))
        for name in names:
            new.writestr(name, change(members[name]) if name == names[-1] else members[name])
    return out.getvalue()


def change_tar(data, change):
    """The archive with its members changed."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data)) as packed,
        tarfile.open(fileobj=out, mode="w") as new,
    ):
        for info in packed:
            content = change(packed.extractfile(info).read())
            info.size = len(content)
            new.addfile(info, io.BytesIO(content))
    return out.getvalue()


def change_inside(name, data, change):
    """A file with what it holds changed and packed again; the bytes where it holds nothing."""
    if name.endswith((".tgz", ".tar.gz")):
        return gzip.compress(change_tar(data, change), 1, mtime=0)
    if name.endswith(".tar.bz2"):
        return bz2.compress(change_tar(data, change), 1)
    if name.endswith(".tar.xz"):
        return lzma.compress(change_tar(data, change), preset=0)
    if name.endswith(".tar"):
        return change_tar(data, change)
    if name.endswith((".zip", ".xlsx", ".docx")):
        return change_zip(data, change)
    if name.endswith(".gz"):
        return gzip.compress(change(gzip.decompress(data)), 1, mtime=0)
    return change(data)


def change_file(name, data, kind, seed):
    """The file with up to four changes of a kind, in its bytes or in what it holds, by a seed."""
    draw = random.Random(f"{name} {kind} {seed}")

    def change(content):
        for _ in range(draw.randint(1, 4)):
            content = CHANGES[kind](content, draw)[:MAX_FILE]
        return content

    return change(data) if draw.random() < 0.4 else change_inside(name, data, change)


class Reader:
    """A child process that reads one file after the other; a new one where it had to be ended."""

    def __init__(self):
        self.process = None

    def start(self):
        command = [sys.executable, __file__, "--child"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def read(self, file):
        """What came of a file: a dictionary, with a `fault` where it must not be so."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.process.stdin.write(f"{file}\n".encode())
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], MAX_WAIT)
        answer = self.process.stdout.readline() if ready else b""
        if answer:
            found = json.loads(answer)
            if found["seconds"] > MAX_SECONDS:
                found["fault"] = f"took {found['seconds']:.0f} seconds"
            return found
        self.close()
        return {"fault": "died: too much memory, or a crash" if ready else "hangs"}

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


def read_as_child():
    """Read the files that are named on standard input, and answer each with a line."""
    from wording.corpus import build
    from wording.corpus.reading.articles import ReadingOptions, read_articles
    from wording.errors import WordingError

    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    for line in sys.stdin:
        file, began, found = line.rstrip("\n"), time.process_time(), {}
        try:
            articles = read_articles(file, ReadingOptions(default_outlet="A"))
            corpus = build.encode_articles(articles)
            found = {"accepted": len(articles.frame), "rejected": len(articles.rejects)}
            if found["accepted"] + found["rejected"] == 0:
                found["fault"] = "nothing was given"
            if corpus.table["doc_id"].n_unique() != found["accepted"]:
                found["fault"] = "the corpus has other articles"
            reasons = articles.rejects["reason"].to_list()
            if not all(reason and len(reason) < 1000 for reason in reasons):
                found["fault"] = "a reason is missing or endless"
        except WordingError as error:
            found = {"refused": str(error)[:200]}
            if not str(error) or len(str(error)) > 3000:
                found["fault"] = "an error is empty or endless"
        except BaseException:  # panics of Polars, too
            found = {"fault": traceback.format_exc()[-1500:]}
        print(json.dumps(found | {"seconds": time.process_time() - began}), flush=True)


def run_campaign(seconds, seed):
    """Try changed files for so many seconds, and print what came of them."""
    from formats import FORMATS

    end, counts, slowest = time.monotonic() + seconds, collections.Counter(), 0.0
    reader, draw = Reader(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            name, kind = draw.choice(list(FORMATS)), draw.choice(list(CHANGES))
            number = draw.randrange(2**32)
            file = Path(folder, name)
            file.write_bytes(change_file(name, FORMATS[name], kind, number))
            found = reader.read(file)
            slowest = max(slowest, found.get("seconds", 0))
            counts[kind] += 1
            counts[file.suffix] += 1
            counts["accepted" if found.get("accepted") else "rejected or refused"] += 1
            if "fault" in found:
                counts["faults"] += 1
                print(name, kind, number, found["fault"], flush=True)
    reader.close()
    print(dict(sorted(counts.items())), f"slowest {slowest:.1f} s")


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        read_as_child()
    else:
        run_campaign(float(sys.argv[1]), int(sys.argv[2]))
