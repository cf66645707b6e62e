"""The packages that merges.py installs: one of each kind that can go wrong in a merge, built here with dpkg-deb."""
import os
import subprocess

SERVICE = "[Unit]\nDescription={0}\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n"
ENABLE = "deb-systemd-helper enable {0}.service >/dev/null\n"
ALTERNATIVE = "update-alternatives --quiet --install /usr/bin/chosen chosen /usr/bin/{0} {1} --slave /usr/share/chosen.txt chosen.txt /usr/share/{0}.txt\n"
DIVERT = "dpkg-divert --quiet --package {0} --add --rename --divert /usr/bin/{1}.real /usr/bin/{1}\n"
UNDIVERT = 'if [ "$1" = remove ]; then dpkg-divert --quiet --package {0} --remove --rename --divert /usr/bin/{1}.real /usr/bin/{1}; fi\n'
TRIGGERED = "mkdir -p /var/lib/{0}\nls {1} > /var/lib/{0}/list 2>/dev/null || :\n"
TEMPLATE = "Template: {0}/answer\nType: string\nDefault: {1}\nDescription: An answer\n To a question.\n\n"


def tree(name, version, count=6, folder="usr/lib"):
    """Files of which some change with the version, some never, and one is there in one version alone."""
    files = {f"{folder}/{name}/file{i}": f"{name} {version if i % 2 == 0 else 'always'} {i}\n" for i in range(count)}
    files[f"{folder}/{name}/only-in-{version}"] = f"{name}\n"
    return files


def package(name, version, files, architecture="all", conffiles=None, control="", scripts=None, links=None, hard=None, modes=None):
    """What builds one package: files and conffiles are paths to texts, links are symbolic, hard are other names of files."""
    return {"name": name, "version": version, "files": files, "architecture": architecture, "conffiles": conffiles or {}, "control": control,
            "scripts": scripts or {}, "links": links or {}, "hard": hard or {}, "modes": modes or {}}


def all_packages():
    made = []
    for version in ("1.0", "1.1", "1.9", "1.10"):
        made.append(package("alpha", version, {**tree("alpha", version, folder="lib"), "usr/bin/alpha-tool": f"#!/bin/sh\necho alpha {version}\n", "usr/share/alpha.txt": "alpha\n"},
                            conffiles={"etc/alpha.conf": f"version={version}\n\n\n\n\nport=80\n"}, modes={"usr/bin/alpha-tool": 0o755}))
    for version in ("1.0", "1.1"):
        made.append(package("beta", version, {**tree("beta", version), "usr/bin/beta-tool": f"#!/bin/sh\necho beta {version}\n"}, control="Depends: alpha\n", modes={"usr/bin/beta-tool": 0o755},
                            conffiles={"etc/beta.d/a.conf": "a\n", "etc/beta.d/b.conf": f"b {version}\n"}))
        made.append(package("gamma", version, tree("gamma", version)))
        made.append(package("archy", version, tree("archy", version), architecture="all" if version == "1.0" else "amd64"))
        made.append(package("hard", version, {"usr/lib/hard/one": f"hard {version}\n", "usr/lib/hard/three": "three\n"}, architecture="amd64",
                            hard={"usr/lib/hard/two": "usr/lib/hard/one", **({"usr/lib/hard/four": "usr/lib/hard/three"} if version == "1.0" else {"usr/lib/hard/five": "usr/lib/hard/one"})}))
        made.append(package("links", version, {f"usr/lib/links/real-{version}": "real\n"}, links={"usr/lib/links/current": f"real-{version}"}))
    # Two that share all their files' contents, and one that takes a file over from another.
    for name in ("sister-a", "sister-b"):
        made.append(package(name, "1.0", {f"usr/lib/{name}/{file}": f"sister {file}\n" for file in ("x", "y", "z")}, control="Conflicts: sister-old\nReplaces: sister-old\nProvides: sister\n"))
    made.append(package("sister-old", "1.0", {f"usr/lib/sister-old/{file}": f"sister {file}\n" for file in ("x", "y", "z")}))
    # What needs others, and what excludes them.
    made.append(package("needs", "1.0", {"usr/lib/needs/x": "needs\n"}, control="Depends: gamma, drops (>= 1.0) | drops-too\n"))
    made.append(package("needs-needs", "1.0", {"usr/lib/needs-needs/x": "needs needs\n"}, control="Depends: needs\n"))
    made.append(package("agent-a", "1.0", {"usr/lib/agent-a/x": "a\n"}, control="Provides: agent\nConflicts: agent\n"))
    made.append(package("agent-b", "1.0", {"usr/lib/agent-b/x": "b\n"}, control="Provides: agent\nConflicts: agent\n"))
    for name in ("same-a", "same-b"):
        made.append(package(name, "1.0", {f"usr/lib/{name}/x": f"{name}\n", "usr/bin/same": f"{name}\n"}))
    made.append(package("split", "1.0", {"usr/share/split/program": "program\n", "usr/share/split/data": "data\n"}))
    made.append(package("split", "2.0", {"usr/share/split/program": "program 2\n"}, control="Recommends: split-data\n"))
    made.append(package("split-data", "2.0", {"usr/share/split/data": "data 2\n"}, control="Replaces: split (<< 2.0)\nBreaks: split (<< 2.0)\n"))
    made.append(package("mover", "1.0", {"usr/share/mover/a/file": "mover's file\n", "usr/share/mover/a/other": "mover's other\n"}))
    made.append(package("mover", "1.1", {"usr/share/mover/b/file": "mover's file\n", "usr/share/mover/b/other": "mover's other\n"}))
    made.append(package("tofolder", "1.0", {"usr/share/tofolder/x": "a file\n"}))
    made.append(package("tofolder", "1.1", {"usr/share/tofolder/x/y": "in a folder\n"}))
    for name, uid in (("service-a", 901), ("service-b", 902), ("service-c", 902)):
        made.append(package(name, "1.0", {f"usr/lib/{name}/run": f"{name}\n", f"lib/systemd/system/{name}.service": SERVICE.format(name)}, scripts={
            "preinst": f"if [ \"$1\" = install ]; then getent group shared >/dev/null || groupadd -g 950 shared\nuseradd -r -u {uid} -U -d /var/lib/{name} -s /usr/sbin/nologin -G shared {name}; fi\n",
            "postinst": f"mkdir -p /var/lib/{name}\nchown {name}:{name} /var/lib/{name}\nchmod 2750 /var/lib/{name}\n" + ENABLE.format(name),
            "postrm": f"if [ \"$1\" = purge ]; then userdel {name}; rm -rf /var/lib/{name}; deb-systemd-helper purge {name}.service >/dev/null; fi\n"}))
    for name, file in (("caps-a", "ping"), ("caps-b", "trace")):
        made.append(package(name, "1.0", {f"usr/bin/{name}-{file}": f"{name}\n"}, architecture="amd64", modes={f"usr/bin/{name}-{file}": 0o755},
                            scripts={"postinst": f"setcap cap_net_raw+ep /usr/bin/{name}-{file}\n"}))
    for name, other in (("divert-a", "alpha-tool"), ("divert-b", "beta-tool"), ("divert-c", "alpha-tool")):
        made.append(package(name, "1.0", {f"usr/bin/{other}": f"#!/bin/sh\necho {name}\n"}, modes={f"usr/bin/{other}": 0o755},
                            scripts={"preinst": DIVERT.format(name, other), "postrm": UNDIVERT.format(name, other)}))
    for name, priority in (("choice-a", 10), ("choice-b", 50), ("choice-c", 30)):
        made.append(package(name, "1.0", {f"usr/bin/{name}": f"{name}\n", f"usr/share/{name}.txt": f"{name}\n"}, modes={f"usr/bin/{name}": 0o755}, scripts={
            "postinst": ALTERNATIVE.format(name, priority), "prerm": f"update-alternatives --quiet --remove chosen /usr/bin/{name}\n"}))
    for name in ("watch-a", "watch-b"):
        made.append(package(name, "1.0", {f"usr/lib/{name}/x": f"{name}\n"}, scripts={"postinst": TRIGGERED.format(name, f"/usr/share/{name}.d"), "triggers": f"interest-noawait /usr/share/{name}.d\n"}))
    made.append(package("watched", "1.0", {"usr/share/watch-a.d/entry": "entry\n"}))
    for name in ("override-a", "override-b"):
        made.append(package(name, "1.0", {f"usr/bin/{name}": f"{name}\n"}, modes={f"usr/bin/{name}": 0o755}, scripts={
            "postinst": f"dpkg-statoverride --list /usr/bin/{name} >/dev/null || dpkg-statoverride --update --add root mail 2755 /usr/bin/{name}\n",
            "postrm": f"if [ \"$1\" = purge ]; then dpkg-statoverride --remove /usr/bin/{name}; fi\n"}))
    for name in ("asks-a", "asks-b"):
        made.append(package(name, "1.0", {f"usr/lib/{name}/x": f"{name}\n"}, control="Depends: debconf\n", scripts={
            "templates": TEMPLATE.format(name, name), "config": f". /usr/share/debconf/confmodule\ndb_input low {name}/answer || :\ndb_go || :\n",
            "postinst": f". /usr/share/debconf/confmodule\ndb_get {name}/answer\necho \"$RET\" > /var/lib/{name}\n",
            "postrm": f"if [ \"$1\" = purge ]; then rm -f /var/lib/{name}; . /usr/share/debconf/confmodule; db_purge; fi\n"}))
    made.append(package("drops", "1.0", {"usr/lib/drops/x": "1.0\n"}, conffiles={"etc/drops.conf": "drops\n", "etc/drops-old.conf": "old\n"}))
    remove = "dpkg-maintscript-helper rm_conffile /etc/drops-old.conf 1.1~ drops -- \"$@\"\n"
    made.append(package("drops", "1.1", {"usr/lib/drops/x": "1.1\n"}, conffiles={"etc/drops.conf": "drops\n"}, scripts={"preinst": remove, "postinst": remove, "postrm": remove}))
    for architecture in ("amd64", "i386", "arm64"):
        made.append(package("multi", "1.0", {f"usr/lib/{architecture}/multi": f"{architecture}\n", "usr/share/doc/multi/shared": "shared\n"}, architecture=architecture, control="Multi-Arch: same\n"))
    return made


def build(folder, made):
    """Builds one package in a folder; returns its file."""
    archive = os.path.join(folder, f"{made['name']}_{made['version']}_{made['architecture']}.deb")
    if os.path.exists(archive):
        return archive
    top = archive + ".tree"

    def write(path, text, mode=0o644):
        path = os.path.join(top, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)

    for path, text in {**made["files"], **made["conffiles"]}.items():
        write(path, text, made["modes"].get(path, 0o644))
    for path, target in made["links"].items():
        os.symlink(target, os.path.join(top, path))
    for path, target in made["hard"].items():
        os.link(os.path.join(top, target), os.path.join(top, path))
    write("DEBIAN/control", f"Package: {made['name']}\nVersion: {made['version']}\nArchitecture: {made['architecture']}\nMaintainer: test <test@example.com>\n{made['control']}Description: a package\n of two lines\n")
    if made["conffiles"]:
        write("DEBIAN/conffiles", "".join(f"/{path}\n" for path in made["conffiles"]))
    for script, text in made["scripts"].items():
        write(f"DEBIAN/{script}", text if script in ("triggers", "templates") else "#!/bin/sh\nset -e\n" + text, 0o644 if script in ("triggers", "templates") else 0o755)
    subprocess.run("find . -path ./DEBIAN -prune -o -type f -printf '%P\\n' | LC_ALL=C sort | xargs md5sum > DEBIAN/md5sums", shell=True, check=True, cwd=top)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", top, archive], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", top], check=True)
    return archive


def build_all(folder):
    for made in all_packages():
        build(folder, made)
