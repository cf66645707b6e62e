#!/usr/bin/env python3
"""A second reader of mig's repositories, written from docs/format.md alone. It uses no index: what an object is called follows from its bytes.

read-repository.py REPOSITORY disk OUT         rebuilds the first disk of HEAD from its layout
read-repository.py REPOSITORY files            lists the files of every volume of HEAD, as "sha256  path"
"""
import hashlib, pathlib, struct, subprocess, sys

KINDS = ["blob", "list", "tree", "layout", "image", "commit", "tag"]


def fail(text):
    sys.exit(f"read-repository: {text}")


TABLE = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
    TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for b in data:
        crc = crc >> 8 ^ TABLE[(crc ^ b) & 255]
    return crc ^ 0xFFFFFFFF


class Payload:
    def __init__(self, data):
        self.data, self.at = data, 0

    def raw(self, n):
        if self.at + n > len(self.data):
            fail("a payload ends too early")
        self.at += n
        return self.data[self.at - n:self.at]

    def byte(self):
        return self.raw(1)[0]

    def number(self):
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            if b < 128:
                if b == 0 and shift > 7:
                    fail("a number is written in two ways")
                return value

    def id(self):
        return self.raw(32)

    def string(self):
        return self.raw(self.number())

    def end(self):
        if self.at != len(self.data):
            fail("a payload goes on after its end")


def read_packs(folder):
    objects = {}
    for path in sorted(folder.glob("*.pack")):
        data = path.read_bytes()
        if data[:8] != b"migpack\x01" or data[8:16] != bytes(8) or data[-48:-40] != b"migpkend":
            fail(f"{path} is not a pack")
        at, frames, headers = 16, 0, hashlib.sha256()
        while at < len(data) - 48:
            header = data[at:at + 32]
            magic, codec, cls, _, stored, raw_length, count, table_length, body_crc, head_crc = struct.unpack("<4sBBHiiiiII", header)
            if magic != b"MFRM" or crc32c(header[:28]) != head_crc:
                fail(f"{path}: no frame at {at}")
            body = data[at + 32:at + 32 + table_length + stored]
            if crc32c(body) != body_crc:
                fail(f"{path}: the frame at {at} fails its checksum")
            raw = body[table_length:]
            if codec == 1:
                raw = subprocess.run(["zstd", "-dc"], input=raw, stdout=subprocess.PIPE, check=True).stdout
            if len(raw) != raw_length:
                fail("a frame has another length")
            table, offset = Payload(body[:table_length]), 0
            for _ in range(count):
                entry = table.number()
                kind, length = entry & 7, entry >> 3
                if (kind == 0) != (cls == 0):
                    fail("an object is in a frame of the wrong class")
                piece = raw[offset:offset + length]
                objects[hashlib.sha256(piece).digest()] = (kind, piece)
                offset += length
            table.end()
            if offset != raw_length:
                fail("the objects do not fill their frame")
            headers.update(header)
            frames += 1
            at += 32 + table_length + stored
        if struct.unpack("<q", data[-40:-32])[0] != frames or data[-32:] != headers.digest() or path.name != headers.hexdigest() + ".pack":
            fail(f"{path}: the trailer does not fit")
    return objects


class Repository:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.objects = read_packs(self.folder / "packs")

    def payload(self, ident, kind):
        if ident not in self.objects:
            fail(f"{kind} {ident.hex()} is missing")
        actual, data = self.objects[ident]
        if KINDS[actual] != kind:
            fail(f"{ident.hex()} is a {KINDS[actual]}, not a {kind}")
        if kind == "blob":
            return data
        head, payload = data.split(b"\0", 1)
        if head != f"{kind} {len(payload)}".encode():
            fail(f"{ident.hex()} has another header")
        return payload

    def head(self):
        name = "HEAD"
        for _ in range(6):
            text = (self.folder / name).read_text().rstrip("\n")
            if not text.startswith("ref: "):
                return bytes.fromhex(text)
            name = text[5:]
        fail("HEAD leads nowhere")

    def image(self):
        lines = self.payload(self.head(), "commit").decode().split("\n")
        if not lines[0].startswith("image "):
            fail("a commit does not begin with its image")
        p = Payload(self.payload(bytes.fromhex(lines[0][6:]), "image"))
        version = p.byte()
        if version not in (1, 2):
            fail("unknown image version")
        disks = []
        for _ in range(p.number()):
            disk = dict(name=p.string(), length=p.number(), scheme=p.string(), sector=p.number(), volumes=[])
            disk["layout"] = p.id() if p.byte() else None
            for _ in range(p.number()):
                volume = dict(number=p.number(), offset=p.number(), length=p.number(), type=p.string(), name=p.string(), fs=p.string(), label=p.string(), uuid=p.string(), reason=p.string())
                volume["root"] = self.entry(p) if p.byte() else None
                volume["unread"] = [(p.string(), p.string()) for _ in range(p.number())] if version == 2 else []
                disk["volumes"].append(volume)
            disks.append(disk)
        p.end()
        return disks

    def entry(self, p):
        e = dict(name=p.string())
        flags = p.byte()
        e["type"] = flags & 15
        if e["type"] == 7:
            e["target"] = p.string()
            return e
        e["mode"], e["uid"], e["gid"], e["mtime"], e["ns"] = p.number(), p.number(), p.number(), p.number(), p.number()
        if e["type"] == 0:
            e["size"] = p.number()
            e["hash"] = None if flags & 0x80 else p.id()
            e["list"] = p.id() if flags & 0x40 else None
        elif e["type"] == 1:
            e["tree"] = p.id()
        elif e["type"] == 2:
            e["target"] = p.string()
        elif e["type"] in (3, 4):
            e["device"] = (p.number(), p.number())
        if flags & 0x10:
            e["attributes"] = p.number()
        if flags & 0x20:
            e["xattrs"] = [(p.string(), p.string()) for _ in range(p.number())]
        return e

    def entries(self, tree):
        p = Payload(self.payload(tree, "tree"))
        if p.byte() != 1:
            fail("unknown tree version")
        level, count = p.byte(), p.number()
        for _ in range(count):
            if level:
                p.string()
                yield from self.entries(p.id())
            else:
                yield self.entry(p)
        p.end()

    def content(self, e):
        if e["list"]:
            data = b"".join(self.chunks(e["list"]))
        else:
            data = self.payload(e["hash"], "blob") if e["size"] else b""
        if len(data) != e["size"] or hashlib.sha256(data).digest() != e["hash"]:
            fail(f"file {e['name']} is not what its entry says")
        return data

    def chunks(self, ident):
        p = Payload(self.payload(ident, "list"))
        if p.byte() != 1:
            fail("unknown list version")
        depth, size = p.byte(), p.number()
        if p.byte():
            p.id()
        total = 0
        for _ in range(p.number()):
            entry = p.number()
            length = entry >> 1
            total += length
            if entry & 1:
                yield bytes(length)
            elif depth:
                yield from self.chunks(p.id())
            else:
                chunk = self.payload(p.id(), "blob")
                if len(chunk) != length:
                    fail("a chunk has another length")
                yield chunk
        p.end()
        if total != size:
            fail("a list does not add up")

    def write_layout(self, ident, start, out):
        p = Payload(self.payload(ident, "layout"))
        if p.byte() != 1:
            fail("unknown layout version")
        level = p.byte()
        if level:
            bitmap, span = p.raw(16), (1 << 20) * 128 ** (level - 1)
            for slot in range(128):
                if bitmap[slot // 8] >> slot % 8 & 1:
                    self.write_layout(p.id(), start + slot * span, out)
        else:
            blobs = [p.id() for _ in range(p.number())]
            for _ in range(p.number()):
                length, reference = p.number(), p.number()
                if reference:
                    offset = p.number()
                    out.seek(start)
                    out.write(self.payload(blobs[reference - 1], "blob")[offset:offset + length])
                start += length
        p.end()


def walk(repository, tree, path):
    entries = list(repository.entries(tree))
    if [e["name"] for e in entries] != sorted({e["name"] for e in entries}):
        fail("a directory is not sorted")
    for e in entries:
        if e["type"] == 0:
            yield hashlib.sha256(repository.content(e)).hexdigest(), path + b"/" + e["name"]
        elif e["type"] == 1:
            yield from walk(repository, e["tree"], path + b"/" + e["name"])


def main():
    repository = Repository(sys.argv[1])
    if sys.argv[2] == "disk":
        disk = repository.image()[0]
        with open(sys.argv[3], "wb") as out:
            out.truncate(disk["length"])
            if disk["layout"]:
                repository.write_layout(disk["layout"], 0, out)
    elif sys.argv[2] == "count":
        print(sum(sys.argv[3].encode() in piece for _, piece in repository.objects.values()))
    else:
        for disk in repository.image():
            for volume in disk["volumes"]:
                if volume["root"]:
                    for digest, path in sorted(walk(repository, volume["root"]["tree"], b""), key=lambda item: item[1]):
                        sys.stdout.buffer.write(digest.encode() + b"  " + path + b"\n")


main()
