using Mig.Core;
using Mig.Edits;
using Mig.Edits.Live;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Working.Live;

namespace Mig.Tests.Versions.Working;

/// <summary>What a running system differs in from its version is found, whichever way it is reached; what it hides is named.</summary>
public sealed class LiveStatusTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public LiveStatusTests()
    {
        TestFolder files = _repository.Files;
        Tool.RunScript(
            """
            mkdir -p "$1/etc/deep" "$1/srv" "$1/usr/lib" "$1/proc"
            printf 'ID=test\n' > "$1/usr/lib/os-release"; ln -s ../usr/lib/os-release "$1/etc/os-release"
            for name in same touched changed longer mode gone 'with blank' 'ümläut'; do echo "content of $name" > "$1/etc/$name"; done
            echo x > "$1/etc/deep/$(printf 'line\nbreak \377 \\')"
            mkfs.ext4 -q -d "$1" "$2" 32M; rm -rf "$1"
            """, files["tree"], files["disk"]);
        _repository.Commit("disk");
    }

    [Fact]
    public void WhatDiffersIsFoundAndNothingElse()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        LiveStatus before = Compare(mount.Path);
        Assert.Empty(before.Changes);
        Assert.Empty(before.Problems);
        Assert.Equal(0, before.HashedBytes);
        Change(mount.Path);
        Assert.Equal(Expected, Lines(Compare(mount.Path)));
        Assert.Equal(Expected, Lines(Compare(mount.Path, isFull: true)));
    }

    // A content of the same size under the same time is seen by reading all alone.
    [Fact]
    public void FilesThatHideAChangeAreFoundByReadingAll()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        Tool.RunScript(
            """
            cd "$1/etc"; t=$(stat -c @%.9Y same)
            printf 'CONTENT' | dd of=same conv=notrunc status=none; touch -d "$t" same
            """, mount.Path);
        Assert.Empty(Compare(mount.Path).Changes);
        Assert.Equal(["Modified /etc/same"], Lines(Compare(mount.Path, isFull: true)));
    }

    [Fact]
    public void AnotherMachineIsAskedBySsh()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        using var server = new SshServer();
        Change(mount.Path);
        string place = $"127.0.0.1:{mount.Path}", ssh = $"{server.ClientCommand} -p {server.Port}";
        Assert.Equal(Expected, Lines(Compare(place, ssh: ssh)));
        UsageException refused = Assert.Throws<UsageException>(() => Compare($"127.0.0.1:{mount.Path}/none", ssh: ssh));
        Assert.Contains("none", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsCoveredIsNamedAndNotCalledGone()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        Tool.RunScript("""mount -t tmpfs tmpfs "$1/etc/deep"; touch "$1/etc/deep/other" """, mount.Path);
        try
        {
            LiveStatus status = Compare(mount.Path);
            Assert.Empty(status.Changes);
            Assert.Equal([("/etc/deep", "another file system is mounted there")], status.NotCompared);
        }
        finally
        {
            Tool.Run("umount", mount["etc/deep"]);
        }
    }

    // dpkg of this machine changes the records; the judge is what it says of them before and after.
    [Fact]
    public void PackagesThatAreOthersAreNamed()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        Assert.Empty(Compare(mount.Path).Packages);
        Directory.CreateDirectory(mount["var/lib/dpkg/info"]);
        File.WriteAllText(mount["var/lib/dpkg/status"],
            string.Concat(new (string Name, string Version)[] { ("new", "1.0"), ("same", "2") }
                .Select(item => $"Package: {item.Name}\nStatus: install ok installed\nArchitecture: all\nVersion: "
                    + $"{item.Version}\nMaintainer: A <a@b>\nDescription: x\n\n")));
        string query = Tool.Run("dpkg-query", $"--admindir={mount["var/lib/dpkg"]}", "-W", "-f", "Dpkg ${Package}  ${Version}\n");
        Assert.Equal(query.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            Compare(mount.Path).Packages.Select(package => $"{package.Kind} {package.Name} {package.Before} {package.After}"));
    }

    [Fact]
    public void WhatDiffersBecomesAVersion()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        Change(mount.Path);
        Tool.RunScript(
            """
            cd "$1"; mkdir -p srv/new/deep; echo linked > srv/new/one; ln srv/new/one srv/new/two; ln -s one srv/new/link; chmod 4755 srv/new/one
            setfattr -n user.note -v kept srv/new/one; echo no > 'srv/.wh.hidden'; mkfifo srv/pipe; chown 3:4 srv/new; rm -r etc/deep
            truncate -s 5M srv/hole; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("srv/socket")' 2>/dev/null || :
            """, mount.Path);
        LiveStatus before = Compare(mount.Path);
        using (Repository repository = _repository.Open())
        {
            Assert.NotNull(new LiveCommit(repository).Run(mount.Path, new EditRequest { Message = "as it is" }, false, false,
                TestContext.Current.CancellationToken).Edit.Id);
        }

        Tool.RunScript("rm -f \"$1/srv/socket\"", mount.Path);
        Assert.Empty(Lines(Compare(mount.Path, isFull: true)));
        using Mount made = Mount.Image(_repository.Export("out"), "ro");
        const string List = "cd \"$1\"; find . -mindepth 1 ! -path './lost+found*' -printf '%p %y %m %U:%G %n %l %s\\0' | sed -z '/ d "
            + "/s/ [0-9]* *[0-9]*$//' | sort -z | tr '\\0' '\\n'; "
            + "getfattr -R -d . ; find . -type f ! -path './lost+found*' -print0 | sort -z | xargs -0 sha256sum";
        Assert.Equal(Tool.RunScript(List, mount.Path), Tool.RunScript(List, made.Path));
        Tool.Run("e2fsck", "-fn", _repository.Files["out"]);
        Assert.NotEmpty(before.Changes);

        // The judge sees what there is.
        File.AppendAllText(mount["srv/new/one"], "more");
        Assert.NotEqual(Tool.RunScript(List, mount.Path), Tool.RunScript(List, made.Path));
    }

    // A folder that could not be read is not one that is gone.
    [Fact]
    public void WhatCouldNotBeReadIsNotCommittedUnlessAsked()
    {
        using Mount mount = Mount.Image(_repository.Files["disk"]);
        File.WriteAllText(mount["etc/new"], "new");
        File.Delete(mount["etc/gone"]);

        // A find that says so stands for a user who may not read.
        TestFolder files = _repository.Files;
        Tool.RunScript("mkdir \"$1\"; printf '#!/bin/sh\\necho denied >&2\\nexec \"%s\" \"$@\"\\n' \"$(command -v find)\" > \"$1/find\"; "
            + "chmod 755 \"$1/find\"", files["bin"]);
        string path = Environment.GetEnvironmentVariable("PATH")!;
        string ssh = files.Write("ssh", $"#!/bin/sh\nshift 2\nPATH='{files["bin"]}:{path}' exec sh -c \"$*\"\n");
        Tool.Run("chmod", "755", ssh);
        RepositoryContext context = TestRepository.Context with
        {
            Environment = name => name == "MIG_SSH" ? ssh : TestRepository.Variables.GetValueOrDefault(name),
        };
        using Repository repository = Repository.Open(_repository.Folder, context);
        var request = new EditRequest { Message = "as it is" };
        var commit = new LiveCommit(repository);
        string place = $"host:{mount.Path}";
        Assert.Contains("denied", Assert.Throws<ConflictException>(() =>
            commit.Run(place, request, false, false, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.NotNull(commit.Run(place, request, false, true, TestContext.Current.CancellationToken).Edit.Id);
        Assert.Equal(["Deleted /etc/gone"], Lines(Compare(mount.Path)));
    }

    [Theory]
    [InlineData("-oProxyCommand=touch x")]
    [InlineData("")]
    [InlineData("/nonexistent/folder")]
    public void WhatIsNoSystemIsRefused(string place) => Assert.Throws<UsageException>(() => Compare(place, ssh: "false"));

    public void Dispose() => _repository.Dispose();

    private static IReadOnlyList<string> Expected =>
    [
        "Modified /etc/changed", "Deleted /etc/gone", "Modified /etc/longer", "Metadata /etc/mode mode 644 -> 600",
        "Added /etc/new", "Type /etc/os-release symbolic link -> regular file", "Modified /etc/ümläut", "Added /srv/a\nb",
    ];

    private static void Change(string root) => Tool.RunScript(
        """
        cd "$1/etc"
        sleep 0.02
        touch touched
        printf 'CONTENT' | dd of=changed conv=notrunc status=none
        echo more >> longer; echo 'CONTENT of ümläut' > ümläut
        chmod 600 mode; rm gone; touch new; rm os-release; touch os-release; touch "$1/srv/$(printf 'a\nb')"
        """, root);

    private static IEnumerable<string> Lines(LiveStatus status) =>
        status.Changes.Select(change => $"{change.Kind} {change.Path} {change.Details}".TrimEnd());

    private LiveStatus Compare(string place, bool isFull = false, string ssh = "ssh")
    {
        RepositoryContext context = TestRepository.Context with { Environment = name => name == "MIG_SSH" ? ssh : null };
        using Repository repository = Repository.Open(_repository.Folder, context);
        return new LiveComparer(repository).Compare(place, "HEAD", isFull, TestContext.Current.CancellationToken);
    }
}
