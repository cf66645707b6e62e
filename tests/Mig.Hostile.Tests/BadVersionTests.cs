using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mig.Core;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.History.Trees;
using Mig.Store;
using Mig.Tests.Support;
using static Mig.Hostile.Tests.LyingRepository;

namespace Mig.Hostile.Tests;

/// <summary>
/// A bad version never breaks an answer about the others: every verb that answers about versions names it, leaves it out, and ends with 22.
/// </summary>
public sealed class BadVersionTests : IDisposable
{
    private static readonly Signature Someone =
        Signature.Create("A Liar", "liar@example.com", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    private readonly TestRepository _repository = new();

    // main: a sound version, one whose image is gone, one of which a directory is gone, and a sound one.
    public BadVersionTests()
    {
        using Repository repository = _repository.Open();
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        CommitId first = Add(writer, Machine(writer, "one", Folder("lib", Directory(writer))));
        CommitId gone = Add(writer, new ImageId(ObjectId.Of("nothing"u8)), first);
        CommitId holed = Add(writer, Machine(writer, "hole", Folder("lib", new TreeId(ObjectId.Of("no tree"u8)))), gone);
        CommitId last = Add(writer, Machine(writer, "two", Folder("lib", Directory(writer))), holed);
        CommitId sound = Add(writer, Machine(writer, "one", Folder("lib", Directory(writer))));
        writer.Complete();
        RefTransaction transaction = repository.Refs.BeginTransaction(Someone);
        transaction.Update(RefName.Branch("main"), default(ObjectId), last.Value, "test");
        transaction.Update(RefName.Branch("bad"), default(ObjectId), gone.Value, "test");
        transaction.Update(RefName.Branch("sound"), default(ObjectId), sound.Value, "test");
        transaction.Commit();
    }

    [Fact]
    public void EveryAnswerAboutVersionsIsThereWithoutTheBadOnes()
    {
        string feed = _repository.Files["feed"], one = Convert.ToHexStringLower(SHA256.HashData("one"u8));
        System.IO.File.WriteAllText(feed, """{"y":{"CVE-1":{"releases":{"bookworm":{"status":"open"}}}}}""");
        (string[] Verb, string Answer)[] cases =
        [
            (["when", "/etc/hostname"], one),
            (["when", "x"], "1 (dpkg)"),
            (["when", one], "/etc/hostname"),
            (["log", "--oneline", "--package", "x"], "a version"),
            (["log", "--oneline", "--", "/etc/hostname"], "a version"),
            (["log", "--oneline", "--follow", "--", "/etc/hostname"], "a version"),
            (["log", "--oneline", "--stat"], "etc/hostname"),
            (["log", "--oneline", "-S", one], "a version"),
            (["log", "--oneline", "--graph", "--", "/etc/hostname"], "a version"),
            (["stats"], "sound"),
            (["stats", "--matrix"], "sound"),
            (["similar", "main"], "sound"),
            (["grep", "one", "--all"], "sound:/etc/hostname"),
            (["grep", "one", "main", "main~1", "main~2", "main~3"], "main~3:/etc/hostname"),
            (["search", "--name", "hostname"], "sound"),
            (["search", "--package", "x"], "sound"),
            (["search", "--md5", "f97c5d29941bfb1b2fdab0874906ab82"], ""),
            (["audit", "--feed", feed, "--all"], "sound"),
            (["audit", "--feed", feed, "--history", "main"], "main"),
        ];
        foreach ((string[] verb, string answer) in cases)
        {
            (int exitCode, string output) = Mig(verb);
            Assert.True(exitCode == 22, $"{string.Join(' ', verb)} ended with {exitCode}: {output}");
            Assert.True(output.Contains(answer, StringComparison.Ordinal), $"{string.Join(' ', verb)} does not answer: {output}");
            Assert.Contains("left out: ", output, StringComparison.Ordinal);
            Assert.DoesNotContain("error: ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void JsonNamesThem()
    {
        foreach (string[] verb in (string[][])[["search", "--name", "hostname"], ["log", "--", "/etc/hostname"], ["stats"]])
        {
            string output = Mig([verb[0], "--json", .. verb[1..]]).Output;
            JsonElement answer = JsonDocument.Parse(output[..output.IndexOf("warning: ", StringComparison.Ordinal)]).RootElement;
            JsonElement last = (answer.ValueKind == JsonValueKind.Array ? answer : answer.GetProperty("unseenVersions")).EnumerateArray()
                .Last();
            JsonElement part = last.GetProperty("unseen")[0];
            Assert.Equal("version", part.GetProperty("kind").GetString());
            Assert.Contains("STORE-002", part.GetProperty("reason").GetString(), StringComparison.Ordinal);
            Assert.NotEqual(0, last.GetProperty("versions").GetArrayLength());
        }
    }

    [Fact]
    public void WhatComesAfterABadVersionIsComparedWithTheSoundOneBefore()
    {
        // The package is the same before and after, so nothing of it changed in the last version. What of a bad version can be read still
        // counts.
        Assert.Equal(1, Mig("log", "--oneline", "--package", "x", "main").Output.Split('\n')
            .Count(line => line.EndsWith("a version", StringComparison.Ordinal)));
        Assert.Equal(3, Mig("log", "--oneline", "main", "--", "/etc/hostname").Output.Split('\n')
            .Count(line => line.EndsWith("a version", StringComparison.Ordinal)));
        Assert.Equal(1, Mig("when", "x").Output.Split('\n').Count(line => line.StartsWith("  brought", StringComparison.Ordinal)));
    }

    [Fact]
    public void ADamagedFileIsNamedWithItsPathAndTheOthersAreSearched()
    {
        using (Repository repository = _repository.Open())
        {
            using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
            TreeEntry lost = new()
            {
                Name = Encoding.UTF8.GetBytes("lost"), Type = TreeEntryType.File, Mode = 0x1A4, Size = 3,
                Sha256 = ObjectId.Of("???"u8)
            };
            CommitId commit = Add(writer, Machine(writer, "one", lost));
            writer.Complete();
            RefTransaction transaction = repository.Refs.BeginTransaction(Someone);
            transaction.Update(RefName.Branch("lossy"), default(ObjectId), commit.Value, "test");
            transaction.Commit();
        }

        (int exitCode, string output) = Mig("grep", "one", "lossy");
        Assert.Equal(22, exitCode);
        Assert.Contains("lossy:/etc/hostname", output, StringComparison.Ordinal);
        Assert.Contains("lossy: not seen: /lost: STORE-002", output, StringComparison.Ordinal);
    }

    [Fact]
    public void SoundVersionsHaveNoWarnings()
    {
        foreach (string[] verb in (string[][])[
            ["log", "--package", "x", "sound"], ["grep", "one", "sound"], ["search", "--name", "hostname", "sound"]])
        {
            (int exitCode, string output) = Mig(verb);
            Assert.True(exitCode == 0, $"{string.Join(' ', verb)} ended with {exitCode}: {output}");
            Assert.DoesNotContain("warning: ", output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _repository.Dispose();

    private static CommitId Add(ObjectWriter writer, ImageId image, params CommitId[] parents) =>
        new(writer.AddObject(ObjectKind.Commit,
            new Commit { Image = image, Parents = parents, Author = Someone, Committer = Someone, Message = "a version\n" }.Encode()));

    private static ImageId Machine(ObjectWriter writer, string hostname, TreeEntry more)
    {
        TreeId etc = Directory(writer, File(writer, "hostname", hostname),
            File(writer, "os-release", "ID=debian\nVERSION_CODENAME=bookworm\n"));
        TreeId dpkg = Directory(writer, File(writer, "status", "Package: x\nStatus: install ok installed\nVersion: 1\n"));
        TreeEntry[] entries = [Folder("etc", etc), more,
            Folder("var", Directory(writer, Folder("lib", Directory(writer, Folder("dpkg", dpkg)))))];
        var root = new TreeEntry { Name = default, Type = TreeEntryType.Directory, Mode = 0x1ED, Tree = Directory(writer, entries) };
        return new MachineImage([new ImageDisk("disk", 1 << 20, "none", 512, null,
            [new ImageVolume(0, new ByteRange(0, 1 << 20), "", "", "ext4", "", "", root, "")])]).Write(writer);
    }

    private (int ExitCode, string Output) Mig(params string[] arguments) =>
        MigProgram.Finish(MigProgram.Start([], ["--repo", _repository.Folder, .. arguments]));
}
