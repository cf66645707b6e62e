using Mig.Core;
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
