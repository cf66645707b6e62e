using System.Text;
using Mig.Core;
using Mig.Edits;
using Mig.Edits.Packages;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Edits;

/// <summary>What mig installs without running anything is what dpkg installs on the same disk; what it does not is said.</summary>
public sealed class InstallTests : IDisposable
{
    internal const string Standing = """
        mkdir -p "$1"/var/lib/dpkg/info "$1"/var/lib/dpkg/updates "$1"/var/lib/dpkg/triggers "$1"/etc/dpkg "$1"/usr/share "$1"/var/log
        echo 1 > "$1/var/lib/dpkg/info/format"; echo "log /var/log/dpkg.log" > "$1/etc/dpkg/dpkg.cfg"
        : > "$1/var/lib/dpkg/triggers/Unincorp"; echo /usr/share/watched watcher > "$1/var/lib/dpkg/triggers/File"; echo watcher/noawait > "$1/var/lib/dpkg/triggers/ldconfig"
        stanza() { printf 'Package: %s\nStatus: install ok installed\nMaintainer: A <a@example.com>\nArchitecture: %s\nVersion: %s\n%bDescription: %s\n\n' "$@"; }
        arch=$(dpkg --print-architecture)
        { stanza dpkg "$arch" 1.21.1 'Breaks: hated (<< 2)\n' manager; stanza old all 2.0 '' 'an old one'; stanza watcher all 1 '' waits; } > "$1/var/lib/dpkg/status"
        printf '/.\n/usr\n/usr/share\n/usr/share/old\n' > "$1/var/lib/dpkg/info/old.list"; echo old > "$1/usr/share/old"
        for name in dpkg watcher; do echo /. > "$1/var/lib/dpkg/info/$name.list"; done
        for name in dpkg watcher old; do : > "$1/var/lib/dpkg/info/$name.md5sums"; done
        """;

    // What time makes differ, and what dpkg locks.
    private const string List = """
        cd "$1"; find . -mindepth 1 \( -path ./lost+found -o -name lock -o -name lock-frontend -o -name Lock \) -prune -o \
          -type d -printf '%p d %m %U:%G\n' -o -type l -printf '%p l %l %U:%G %Ts\n' -o -path './var/lib/dpkg/*' -type f -printf '%p f %m %U:%G\n' \
          -o -path ./var/log/dpkg.log -printf '%p f %m %U:%G\n' -o -type f -printf '%p f %m %U:%G %n %Ts\n' -o -printf '%p %y %m %U:%G\n' | sort
        find . -type f ! -name lock ! -name lock-frontend ! -name Lock ! -path ./var/log/dpkg.log | sort | xargs -d '\n' md5sum
        cut -c21- var/log/dpkg.log
        """;

    private readonly TestRepository _repository = new();
    private readonly string _disk;

    public InstallTests() => _disk = SmallSystem.Disk(_repository.Files, "disk", "ext4", root => Tool.RunScript(Standing, root));

    [Fact]
    public void PackagesAreInstalledAsDpkgDoes()
    {
        string data = Deb("data", "Multi-Arch: same\nArchitecture: any\nSection: misc\nInstalled-Size: 12\n"
            + "Homepage: http://example.com\nX-Own: yes\n"
            + "Priority: Optional\nEssential: no\nSuggests: aa(>=1)|bb , cc:any\nReplaces: dd (<< 2)\n", """
            mkdir -p usr/share/data usr/share/data/empty etc/data usr/lib/data DEBIAN
            echo content > usr/share/data/a; ln usr/share/data/a usr/share/data/b; ln -s ../data/a usr/share/data/c; : > usr/share/data/nothing
            seq 100000 > usr/share/data/large; chmod 4755 usr/share/data/large; chmod 2770 usr/share/data/empty; mkfifo usr/share/data/pipe
            echo config > etc/data/data.conf; echo more > etc/data/more.conf; printf '/etc/data/more.conf\n/etc/data/data.conf\n' > DEBIAN/conffiles
            long=usr/share/data/$(printf 'long%.0s' $(seq 40)); echo long > "$long"; echo umlaut > usr/share/data/grün
            """);
        string tool = Deb("tool", "Depends: data (>=1.0), dpkg | other\nArchitecture: all\n", """
            mkdir -p usr/bin DEBIAN; printf '#!/bin/sh\n' > usr/bin/tool; chmod 755 usr/bin/tool
            md5sum usr/bin/tool > DEBIAN/md5sums
            printf '#!/bin/sh\nset -e\ncase "$1" in\n  configure)\n    if [ -n "$2" ] && dpkg --compare-versions "$2" lt 1; then rm -rf /etc; fi\n    ;;\nesac\nexit 0\n' > DEBIAN/postinst
            printf '#!/bin/sh\nrm -rf /usr\n' > DEBIAN/postrm; chmod 755 DEBIAN/postinst DEBIAN/postrm
            """);
        _repository.Commit("disk");
        InstallResult result = Install(tool, data);
        Assert.Equal(["data", "tool"], result.Packages.Select(package => package.Name));
        Assert.Equal([InstallRoute.Native, InstallRoute.Rewritten], result.Packages.Select(package => package.Route));
        string ours = _repository.Export("out");
        Tool.Run("e2fsck", "-fn", ours);
        using Mount theirs = Mount.Image(_disk);
        Tool.Run("dpkg", $"--root={theirs.Path}", $"--log={theirs["var/log/dpkg.log"]}", "--force-confold", "-i", data, tool);
        using Mount mig = Mount.Image(ours, "ro");
        string expected = Tool.RunScript(List, theirs.Path);
        Assert.Equal(expected, Tool.RunScript(List, mig.Path));
        Assert.Contains("status installed tool:all 1.0", expected, StringComparison.Ordinal);
        Assert.Equal("", Tool.Run("dpkg", $"--root={mig.Path}", "--audit"));

        // The judge sees what there is.
        File.AppendAllText(theirs["var/lib/dpkg/status"], "\n");
        Assert.NotEqual(expected, Tool.RunScript(List, theirs.Path));
        _repository.AssertClean();
    }

    [Fact]
    public void EachScriptIsJudgedByWhatItReaches()
    {
        (string Script, string? Blocked)[] cases =
        [
            ("set -e\n[ \"$1\" = configure ] || exit 0\n: nothing", null),
            ("if [ \"$1\" = upgrade ]; then\n  useradd x\nfi", null),
            ("f() { [ -d \"$1\" ]; }\nif f /nowhere || ! f /usr; then\n  run-it\n"
                + "elif [ -d /run/systemd/system ]; then\n  systemctl x\nfi", null),
            ("case \"$1\" in\nabort-*|upgrade) x ;;\n(configure) echo `date` ;;\nesac", "postinst line 4: only a shell knows `date`"),
            ("cat > /etc/x <<EOF\nset -e\nEOF\n", "postinst line 2: 'cat' writes or reads a file"),
            ("for i in 1 2; do\n  :\ndone", "postinst line 2: a loop is not followed"),
            ("if true; then\n  adduser --system x\nfi", "postinst line 3: adduser --system x must run"),
            ("x=1; $x", "postinst line 2: 1 must run"),
            ("false\nexit 0", "postinst line 2: a command fails, as far as is known"),
            ("exit 3", "postinst would fail"),
            ("rm -f /usr/share/nothing-there", null),
            ("rm -f /usr/share/old", "postinst line 2: rm -f /usr/share/old must run"),
            ("rm -f /usr/share/*", "postinst line 2: /usr/share/* may be several words"),
            ("if", "postinst line 3: something is missing at its end"),
            ("(exit 1)", "postinst line 2: a subshell is not followed"),
            ("echo x | sh", "postinst line 2: a pipe is not followed"),
            ("dpkg-trigger ldconfig", "postinst line 2: dpkg-trigger ldconfig must run"),
            ("dpkg-trigger --no-await none-waits", null),
        ];
        _repository.Commit("disk");
        string[] packages = [.. cases.Select((item, i) => Deb($"script{i:00}", "",
            $"mkdir DEBIAN; cat > DEBIAN/postinst <<'XXX'\n#!/bin/sh\n{item.Script}\nXXX\nchmod 755 DEBIAN/postinst"))];
        foreach ((PlannedPackage package, (string script, string? blocked)) in Explain(packages).Packages.Zip(cases))
        {
            Assert.True((blocked is null ? InstallRoute.Rewritten : InstallRoute.MustRun) == package.Route,
                $"{script}: {string.Join("; ", package.Reasons)}");
            if (blocked is not null)
                Assert.Equal(blocked, Assert.Single(package.Reasons));
        }
    }

    // The judge is ldconfig of this machine, on the same files.
    [Fact]
    public void TheLinkersCacheIsWrittenAsLdconfigDoes()
    {
        string disk = SmallSystem.Disk(_repository.Files, "linked", "ext4", root => Tool.RunScript(Standing + "\n" + """
            printf '#!/bin/sh\nset -e\nexport LC_ALL=C\nif [ "$1" = triggered ]; then\n  ldconfig -r "$DPKG_ROOT/" || exit 1\nfi\n' > "$1/var/lib/dpkg/info/watcher.postinst"
            mkdir -p "$1/etc/ld.so.conf.d" "$1/usr/lib/more"; echo 'include /etc/ld.so.conf.d/*.conf' > "$1/etc/ld.so.conf"
            printf '# libraries\n/usr/lib/more\n' > "$1/etc/ld.so.conf.d/more.conf"
            for name in libc.so.6 libm.so.6 libdl.so.2; do cp -L "$(ldconfig -p | sed -n "s/.* $name (libc6,x86-64.*=> //;T;s/^[^\/]*//;p" | head -1)" "$1/usr/lib/more/$name" 2>/dev/null \
              || cp -L "/lib/x86_64-linux-gnu/$name" "$1/usr/lib/more/$name"; done
            ldconfig -X -r "$1"; rm -rf "$1/var/cache/ldconfig"
            """, root));
        _repository.Commit("linked");
        string package = Deb("library", "", """
            mkdir -p usr/lib/more usr/lib/other DEBIAN; echo activate-noawait ldconfig > DEBIAN/triggers; cp -L /lib/x86_64-linux-gnu/libz.so.1 usr/lib/more/libz.so.1.99
            ln -s libz.so.1.99 usr/lib/more/libz.so.1; ln -s libz.so.1 usr/lib/more/libz.so; cp -L /lib/x86_64-linux-gnu/libz.so.1 usr/lib/other/libz.so.1
            echo text > usr/lib/more/libtext.so
            """);
        Assert.Equal(InstallRoute.Rewritten, Assert.Single(Install(package).Packages).Route);
        using Mount ours = Mount.Image(_repository.Export("out"), "ro");
        string copy = _repository.Files["copy"];
        Tool.RunScript("cp -a \"$1\" \"$2\"; ldconfig -X -r \"$2\"; diff <(ldconfig -r \"$1\" -p) <(ldconfig -r \"$2\" -p); "
            + "cmp \"$1/etc/ld.so.cache\" \"$2/etc/ld.so.cache\"", ours.Path, copy);
        Assert.Contains("libz.so.1 ", Tool.Run("ldconfig", "-r", copy, "-p"), StringComparison.Ordinal);
        Tool.RunScript("rm \"$2/usr/lib/more/libz.so\"; ldconfig -X -r \"$2\"; "
            + "! cmp -s \"$1/etc/ld.so.cache\" \"$2/etc/ld.so.cache\"", ours.Path, copy);
        Assert.Contains("trigproc watcher:all 1 <none>", File.ReadAllText(ours["var/log/dpkg.log"]), StringComparison.Ordinal);

        // A cache that is not as the image is: then only ldconfig knows.
        string stale = SmallSystem.Disk(_repository.Files, "stale", "ext4", root => Tool.RunScript(
            "cp -a \"$2\"/. \"$1\"/; rm \"$1/usr/lib/more/libm.so.6\"", root, _repository.Files["linked.tree"]));
        Assert.NotEmpty(stale);
        _repository.Commit("stale");
        PlannedPackage planned = Assert.Single(Explain(package).Packages);
        Assert.Contains(planned.Reasons, reason => reason.Contains("libm.so.6 is not as the image's ld.so.cache has it",
            StringComparison.Ordinal));
    }

    [Fact]
    public void WhatWakesOthersOrReplacesMustRun()
    {
        _repository.Commit("disk");
        AssertMustRun("files in /usr/share/watched wake watcher", "", "mkdir -p usr/share/watched; : > usr/share/watched/x");
        AssertMustRun("triggers: activate-noawait ldconfig wakes watcher", "",
            "mkdir DEBIAN; echo activate-noawait ldconfig > DEBIAN/triggers");
        AssertMustRun("version 2.0 is installed", "Package: old\nVersion: 3.0\n", "mkdir usr");
        string newer = Deb("newer", "Package: old\nVersion: 3.0\n", "mkdir -p usr/share; : > usr/share/old");
        Assert.Single(Assert.Single(Explain(newer).Packages).Reasons); // its own files are no strangers'
        AssertMustRun("/bin/sh is there already", "", "mkdir bin; : > bin/sh");
        AssertMustRun("it takes /usr/share/old over from old", "Replaces: old\n", "mkdir -p usr/share; : > usr/share/old");
        AssertMustRun("it asks questions", "", "mkdir DEBIAN; : > DEBIAN/templates");
        InstallResult result = Install(Deb("waking", "", "mkdir -p usr/share/watched; : > usr/share/watched/x"));
        Assert.Null(result.Edit);
    }

    [Fact]
    public void WhatDpkgWouldRefuseIsRefused()
    {
        _repository.Commit("disk");
        AssertRefused<NotFoundException>("needs missing (>= 3) or gone", "Depends: missing (>= 3) | gone\n");
        AssertRefused<ConflictException>("refused and old exclude each other", "Conflicts: old\n");
        AssertRefused<ConflictException>("hated and dpkg exclude each other", "Package: hated\n");
        AssertRefused<ConflictException>("which is newer", "Package: old\nVersion: 1.0\n");
        AssertRefused<UsageException>("is for s390x", "Architecture: s390x\n");
        AssertRefused<ConflictException>("/usr/share/old is in refused and in old", "", "mkdir -p usr/share; : > usr/share/old");
        string one = Deb("one", "", ": > same"), two = Deb("two", "", ": > same");
        Assert.Contains("/same is in two and in one", Assert.Throws<ConflictException>(() => Explain(one, two)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void APackageFromAStrangerEndsInANamedError()
    {
        _repository.Commit("disk");
        byte[] good = File.ReadAllBytes(Deb("good", "", "mkdir usr; echo x > usr/x"));
        string path = _repository.Files["bad.deb"];
        AssertCorrupt("DEB-001", "no package"u8.ToArray());
        AssertCorrupt("DEB-001", good[..40]);
        AssertCorrupt("DEB-001", Damage.FlipBit(good, (8 + 58) * 8));
        AssertCorrupt("DEB-002", [.. "!<arch>\n"u8, ..
            Encoding.ASCII.GetBytes("other           0           0     0     100644  0         `\n")]);
        AssertMade("DEB-003", "printf 'Package: ..\nVersion: 1\n' > control; tar cf control.tar control; tar cf data.tar -T /dev/null");
        AssertMade("DEB-004", "printf 'Package: xx\nVersion: 1\nArchitecture: all\n' > control; ln -s control link; "
            + "tar cf control.tar control link; tar cf data.tar -T /dev/null");
        AssertMade("TAR-007", "printf 'Package: xx\nVersion: 1\nArchitecture: all\n' > control; tar cf control.tar control; "
            + ": > x; tar cPf data.tar --transform 's,x,../../x,' x");

        void AssertCorrupt(string code, byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            Assert.Equal(code, Assert.Throws<CorruptImageException>(() => Explain(path)).Code);
        }

        void AssertMade(string code, string script)
        {
            Tool.RunScript($"mkdir \"$1\"; cd \"$1\"; echo 2.0 > debian-binary; {script}; "
                + "ar rc bad.deb debian-binary control.tar data.tar; mv bad.deb ..",
                _repository.Files[$"made-{code}"]);
            Assert.Equal(code, Assert.Throws<CorruptImageException>(() => Explain(path)).Code);
        }
    }

    [Fact]
    public void NamesAreFoundInAFolderWithWhatTheyNeed()
    {
        _repository.Commit("disk");
        Deb("top", "Depends: base (>= 1), dpkg\n", ": > top");
        Deb("base", "", ": > base");
        InstallResult result = Use(installer => installer.Install(Request() with { Names = ["top"], Folder = _repository.Files["."] },
            TestContext.Current.CancellationToken));
        Assert.Equal(["base", "top"], result.Packages.Select(package => package.Name));
        Assert.NotNull(result.Edit);
        Assert.Contains("Mig-Install: base 1.0, top 1.0", result.Edit.Message, StringComparison.Ordinal);
        Assert.Throws<NotFoundException>(() => Use(installer => installer.Install(
            Request() with { Names = ["nothing"], Folder = _repository.Files["."] }, TestContext.Current.CancellationToken)));
    }

    public void Dispose() => _repository.Dispose();

    private void AssertMustRun(string reason, string control, string script)
    {
        PlannedPackage package = Assert.Single(Explain(Deb("must", control, script)).Packages);
        Assert.Equal(InstallRoute.MustRun, package.Route);
        Assert.Contains(package.Reasons, said => said.StartsWith(reason, StringComparison.Ordinal));
    }

    private void AssertRefused<T>(string words, string control, string script = ": > file")
        where T : MigException =>
        Assert.Contains(words, Assert.Throws<T>(() => Explain(Deb("refused", control, script))).Message, StringComparison.Ordinal);

    /// <summary>Builds a package.</summary>
    /// <param name="control">Fields that are added, or stand for those that all have.</param>
    /// <param name="script">Makes its files in the current folder.</param>
    private string Deb(string name, string control, string script)
    {
        string folder = _repository.Files[$"{name}.d"], file = _repository.Files[$"{name}.deb"];
        string text = control;
        foreach ((string field, string value) in (ReadOnlySpan<(string, string)>)[("Package", name), ("Version", "1.0"),
            ("Architecture", "all"),
            ("Maintainer", "A <a@example.com>"), ("Description", "for a test\n of packages\n .\n and their installation")])
        {
            if (!control.Contains($"{field}: ", StringComparison.Ordinal))
                text += $"{field}: {value}\n";
        }

        _repository.Files.Write("control", text.Replace("Architecture: any",
            "Architecture: " + Tool.Run("dpkg", "--print-architecture").Trim(),
            StringComparison.Ordinal));
        Tool.RunScript($"rm -rf \"$1\"; mkdir \"$1\"; cd \"$1\"; {script}\nmkdir -p DEBIAN; cp \"$3\" DEBIAN/control; "
            + "find . -exec touch -h -d '2025-01-02 03:04:05 UTC' {} +; dpkg-deb --root-owner-group -b . \"$2\"",
                folder, file, _repository.Files["control"]);
        return file;
    }

    private static InstallRequest Request() => new() { Edit = new EditRequest { Branch = "main", Message = "install" } };

    private InstallResult Explain(params string[] files) =>
        Use(installer => installer.Explain(Request() with { Files = files }, TestContext.Current.CancellationToken));

    private InstallResult Install(params string[] files) =>
        Use(installer => installer.Install(Request() with { Files = files }, TestContext.Current.CancellationToken));

    private T Use<T>(Func<PackageInstaller, T> use)
    {
        using Repository repository = _repository.Open();
        return use(new PackageInstaller(repository));
    }
}
