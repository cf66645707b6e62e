using System.Text.RegularExpressions;
using Mig.Testing;
using Mig.Versions.Commits;

namespace Mig.Tests.Exchange.Serving;

/// <summary>Contents that move over several connections at once.</summary>
public sealed partial class StreamTests : IDisposable
{
    private const int Streams = 4;

    private readonly ServedFolder _served = new();

    [Theory]
    [InlineData(Streams, "256")]
    [InlineData(Streams, "2")]
    [InlineData(1, "256")]
    public void Many_files_come_and_go_whole(int streams, string connections)
    {
        Commit();
        ServedFolder.Mig("init", "-q", "--bare", _served.Files["root/empty"]).Ends(0);
        _served.Start("--max-connections", connections);
        string address = _served.Address + "/empty", setting = $"http.maxRequests={streams}";
        ServedFolder.Mig("-c", setting, "--repo", _served.Source.Folder, "push", address, "main").Ends(0, "main -> main");
        ServedFolder.Mig("-c", setting, "clone", "--bare", address, _served.Files["clone"]).Ends(0, "Received");
        foreach (string folder in (string[])[_served.Files["root/empty"], _served.Files["clone"]])
        {
            ServedFolder.Mig("--repo", folder, "fsck").Ends(0, "intact");
            ServedFolder.Mig("--repo", folder, "checkout", "main", "--export", _served.Files["out.img"], "--force").Ends(0);
            Tool.Run("cmp", _served.Files["disk.img"], _served.Files["out.img"]);
        }

        // All of them arrive where the server takes as many, and nothing comes twice.
        if (connections == "2")
            return;
        Assert.InRange(PutCall().Count(_served.Log), streams == 1 ? 1 : 2, streams == 1 ? 1 : Streams);
        long sent = PutCall().Matches(_served.Log).Sum(match => long.Parse(match.Groups[1].Value)), got = GetCall().Matches(_served.Log)
            .Sum(match => long.Parse(match.Groups[1].Value));
        Assert.InRange(sent, Size, 3 * Size / 2);
        Assert.InRange(got, Size, 3 * Size / 2);
    }

    public void Dispose() => _served.Dispose();

    // Files that do not compress, so that what travels is known.
    private const int Files = 5000, FileSize = 2000, Size = Files * FileSize;

    private void Commit()
    {
        Directory.CreateDirectory(_served.Files["tree"]);
        byte[] bytes = new byte[FileSize];
        var random = new Random(11);
        for (int i = 0; i < Files; i++)
        {
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(_served.Files["tree"], $"file{i}"), bytes);
        }

        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-N", "8000", "-d", _served.Files["tree"], _served.Files["disk.img"], "64M");
        _served.Source.Commit(new CommitRequest { Disks = [_served.Files["disk.img"]], Message = "many files" });
    }

    [GeneratedRegex(@"call=put status=200 in=(\d+)")]
    private static partial Regex PutCall();

    [GeneratedRegex(@"call=get status=200 in=\d+ out=(\d+)")]
    private static partial Regex GetCall();
}
