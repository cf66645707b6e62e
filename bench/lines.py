"""lines.py: see lines.sh, which starts it."""
import argparse
import collections
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

PIECE = 16384


class Line:
    """A TCP proxy with a round trip and a rate. Counts bytes, connections, and turns: how often something goes to the server after something came back."""

    def __init__(self, target, round_trip, bytes_per_second):
        self.target, self.delay, self.rate = target, round_trip / 2, bytes_per_second
        self.gate, self.free = threading.Lock(), [0.0, 0.0]
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.reset()
        threading.Thread(target=self.accept, daemon=True).start()

    def reset(self):
        self.bytes, self.turns, self.connections = 0, 0, 0

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        time.sleep(2 * self.delay)  # a connection is there after a round trip
        try:
            server = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        with self.gate:
            self.connections += 1
            self.turns += 1
        state = {"back": True}
        for source, sink, way in ((client, server, 0), (server, client, 1)):
            source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            queue = collections.deque()
            ready = threading.Condition()
            threading.Thread(target=self.take, args=(source, way, queue, ready, state), daemon=True).start()
            threading.Thread(target=self.give, args=(sink, queue, ready), daemon=True).start()

    def take(self, source, way, queue, ready, state):
        while True:
            try:
                data = source.recv(PIECE)
            except OSError:
                data = b""
            now = time.monotonic()
            with self.gate:
                self.free[way] = max(self.free[way], now) + len(data) / self.rate
                due = self.free[way] + self.delay
                self.bytes += len(data)
                if way == 0 and data and state["back"]:
                    self.turns += 1
                state["back"] = way == 1 if data else state["back"]
            with ready:
                while len(queue) > 512:  # what is on the way is bounded, as in a window
                    ready.wait()
                queue.append((due, data))
                ready.notify_all()
            if not data:
                return

    def give(self, sink, queue, ready):
        while True:
            with ready:
                while not queue:
                    ready.wait()
                due, data = queue.popleft()
                ready.notify_all()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                return


class Bench:
    def __init__(self, work, round_trip, rate):
        self.work, self.rows = work, []
        self.environment = {**os.environ, "HOME": self.path("home"), "RESTIC_PASSWORD": "x", "RESTIC_CACHE_DIR": self.path("restic-cache"), "LC_ALL": "C", "GIT_CONFIG_GLOBAL": "/dev/null",
                            "PATH": os.environ["PATH"] + ":/usr/sbin"}
        for role in ("AUTHOR", "COMMITTER"):
            self.environment |= {f"{program}_{role}_{key}": value for program in ("MIG", "GIT") for key, value in (("NAME", "Bench"), ("EMAIL", "bench@example.org"))}
        os.mkdir(self.path("home"))
        self.servers = []
        self.http = Line(("127.0.0.1", self.serve()), round_trip, rate)
        self.ssh = Line(("127.0.0.1", self.start_sshd()), round_trip, rate)
        self.client = f"ssh -F {self.path('ssh_config')}"
        with open(self.path("ssh_config"), "w") as file:
            file.write(f"Host bench\n HostName 127.0.0.1\n Port {self.ssh.port}\n IdentityFile {self.path('key')}\n IdentitiesOnly yes\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n")
        self.environment |= {"MIG_SSH": self.client, "GIT_SSH_COMMAND": self.client, "RSYNC_RSH": self.client}

    def path(self, name):
        return os.path.join(self.work, name)

    def run(self, *command, **options):
        done = subprocess.run(command, env=self.environment, capture_output=True, **options)
        if done.returncode not in (0, 6):
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr).decode(errors='replace')}")
        return done.stdout.decode(errors="replace").strip()

    def serve(self):
        self.run("mig", "init", "--bare", self.path("there"))
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        self.servers.append(subprocess.Popen(["mig", "serve", "--listen", f"127.0.0.1:{port}", "--max-rate", "0", self.path("there")], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.await_port(port)
        return port

    def start_sshd(self):
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path("key"))
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path("host"))
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
            port = taken.getsockname()[1]
        with open(self.path("sshd_config"), "w") as file:
            file.write(f"Port {port}\nListenAddress 127.0.0.1\nHostKey {self.path('host')}\nAuthorizedKeysFile {self.path('key.pub')}\nStrictModes no\nPidFile none\nPermitRootLogin yes\nMaxStartups 100\n"
                       f"Subsystem sftp internal-sftp\nSetEnv PATH={self.environment['PATH']} DOTNET_ROOT={self.environment.get('DOTNET_ROOT', '')}\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.servers.append(subprocess.Popen([shutil.which("sshd", path=self.environment["PATH"]), "-D", "-f", self.path("sshd_config")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.await_port(port)
        return port

    @staticmethod
    def await_port(port):
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                return
            time.sleep(0.1)
        raise SystemExit(f"nothing listens on port {port}")

    def measure(self, operation, tool, line, *command):
        line.reset()
        start = time.monotonic()
        output = self.run(*command)
        seconds = time.monotonic() - start
        self.rows.append((operation, tool, line.turns, line.bytes, seconds))
        print(f"{operation:32} {tool:22} {line.turns:6} turns {line.bytes:12,} bytes {seconds:8.2f} s", flush=True)
        return output

    def stop(self):
        for server in self.servers:
            server.terminate()
            server.wait()


def change(disk, work):
    """Fifty files, spread over the disk, get another line through the kernel's own driver."""
    folder = os.path.join(work, "mount")
    os.mkdir(folder)
    offset = subprocess.run(["sh", "-c", f"sfdisk -J '{disk}' 2>/dev/null | python3 -c 'import json,sys; t = json.load(sys.stdin)[\"partitiontable\"]; print(512 * max(t[\"partitions\"], key=lambda p: p[\"size\"])[\"start\"])' || echo 0"],
                            capture_output=True, text=True).stdout.split()[0]
    subprocess.run(["mount", "-o", f"loop,offset={offset}", disk, folder], check=True)
    try:
        names = sorted(os.path.join(root, name) for root, _, files in os.walk(os.path.join(folder, "usr/share")) for name in files)
        names = [name for name in names if os.path.isfile(name) and not os.path.islink(name) and os.path.getsize(name) < 65536]
        for name in names[::max(1, len(names) // 50)][:50]:
            with open(name, "ab") as file:
                file.write(b"changed\n")
    finally:
        subprocess.run(["umount", folder], check=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rtt", type=float, default=100)
    arguments.add_argument("--mbit", type=float, default=50)
    arguments.add_argument("first")
    arguments.add_argument("table", nargs="?")
    given = arguments.parse_args()
    first = os.path.abspath(given.first)
    work = tempfile.mkdtemp(prefix="mig-lines-")
    bench = None
    try:
        second = os.path.join(work, "second.raw")
        subprocess.run(["cp", "--sparse=always", first, second], check=True)
        change(second, work)
        bench = Bench(work, given.rtt / 1000, given.mbit * 1e6 / 8)
        rows(bench, first, second)
        if given.table:
            with open(given.table, "w") as file:
                file.write("| operation | tool | turns | bytes | seconds |\n|---|---|---|---|---|\n")
                file.writelines(f"| {operation} | {tool} | {turns} | {size:,} | {seconds:.2f} |\n" for operation, tool, turns, size, seconds in bench.rows)
    finally:
        if bench:
            bench.stop()
        shutil.rmtree(work)


def rows(bench, first, second):
    mig = lambda *command: bench.run("mig", *command)
    there, path = bench.path("there"), bench.path
    mig("--repo", there, "commit", "-q", first, "-m", "first")
    http, ssh = f"http://127.0.0.1:{bench.http.port}/", f"ssh://bench{there}"
    bench.run("restic", "-q", "init", "-r", path("restic"))
    bench.run("restic", "-q", "-r", path("restic"), "backup", first)
    sftp = ["-o", f"sftp.command={bench.client} bench -s sftp", "-r", f"sftp:bench:{path('restic')}"]

    everything = "everything, to where nothing is"
    bench.measure(everything, "mig, HTTP", bench.http, "mig", "clone", "-q", "--bare", http, path("http"))
    bench.measure(everything, "mig, ssh", bench.ssh, "mig", "clone", "-q", "--bare", ssh, path("ssh"))
    bench.measure(everything, "rsync -zS, ssh", bench.ssh, "rsync", "-zS", "bench:" + first, path("copy.raw"))
    bench.measure(everything, "restic dump, sftp", bench.ssh, "sh", "-c", 'restic -q "$@" >/dev/null', "sh", *sftp, "dump", "latest", first)

    send = "a second version, sent"
    for name, line in (("http", bench.http), ("ssh", bench.ssh)):
        mig("--repo", path(name), "commit", "-q", second, "-m", "second")
        bench.measure(send, f"mig, {name.upper() if name == 'http' else name}", line, "mig", "--repo", path(name), "push", "-q", "origin", f"main:{name}")
        mig("--repo", there, "branch", "-D", name)
        mig("--repo", there, "gc", "-q", "--prune=now")
    bench.run("cp", "--sparse=always", first, path("sent.raw"))
    bench.measure(send, "rsync -z, ssh", bench.ssh, "rsync", "-z", "--no-whole-file", second, "bench:" + path("sent.raw"))
    bench.run("cmp", second, path("sent.raw"))
    bench.measure(send, "restic backup, sftp", bench.ssh, "restic", "-q", *sftp, "backup", second)

    nothing = "nothing new"
    bench.measure(nothing, "mig fetch, HTTP", bench.http, "mig", "--repo", path("http"), "fetch", "-q")
    bench.measure(nothing, "mig fetch, ssh", bench.ssh, "mig", "--repo", path("ssh"), "fetch", "-q")
    bench.measure(nothing, "rsync, ssh", bench.ssh, "rsync", "-t", second, "bench:" + path("sent.raw"))
    bench.measure(nothing, "restic snapshots, sftp", bench.ssh, "restic", "-q", *sftp, "snapshots")
    bench.run("git", "init", "-q", "--bare", "-b", "main", path("git"))
    tree = bench.run("git", "-C", path("git"), "hash-object", "-t", "tree", "-w", "/dev/null")
    bench.run("git", "-C", path("git"), "update-ref", "refs/heads/main", bench.run("git", "-C", path("git"), "commit-tree", "-m", "x", tree))
    bench.run("git", "clone", "-q", "--bare", path("git"), path("git-clone"))
    bench.measure(nothing, "git fetch, ssh", bench.ssh, "git", "-C", path("git-clone"), "fetch", "-q", f"ssh://bench{path('git')}")

    with open(path("line"), "w") as file:
        file.write("one line\n")
    for name, line, address in (("HTTP", bench.http, http), ("ssh", bench.ssh, ssh)):
        for operation, *command in (
                ("partial clone: the clone",),
                ("partial clone: cat a file", "cat", "HEAD:/etc/os-release"),
                ("partial clone: put a line", "put", "-q", "-m", "x", path("line"), "HEAD:/etc/motd"),
                ("partial clone: inventory", "inventory"),
                ("partial clone: grep /etc", "grep", "-l", "root", "HEAD", "--", "/etc"),
                ("partial clone: log --stat", "log", "--stat")):
            # Each begins with nothing.
            if command:
                bench.run("cp", "-r", path("partial-" + name), path("used"))
                bench.measure(operation, f"mig, {name}", line, "mig", "--repo", path("used"), *command)
                shutil.rmtree(path("used"))
            else:
                bench.measure(operation, f"mig, {name}", line, "mig", "clone", "-q", "--bare", "--filter=content", address, path("partial-" + name))


sys.exit(main())
