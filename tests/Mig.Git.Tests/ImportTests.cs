using Mig.Core;
using Mig.History.Commits;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Images.Browse;
using Mig.Testing;

namespace Mig.Git.Tests;

/// <summary>What people do in Git comes back: edits of /etc as versions, approvals as tags. Nothing else does.</summary>
public class ImportTests
{
    [Fact]
    public void MergedEditBecomesAVersionAndIsPublishedAgain()
    {
        using var machine = Published();
        machine.Git("work", "checkout", "-q", "-b", "topic");
        File.WriteAllText(machine.Files["work/etc/hostname"], "web\n");
        Directory.CreateDirectory(machine.Files["work/etc/new/deep"]);
        File.WriteAllText(machine.Files["work/etc/new/deep/b%FFd.conf"], "x\n");
        File.Delete(machine.Files["work/etc/default/keyboard"]);
        machine.Git("work", "add", "-A");
        machine.Git("work", "commit", "-q", "--date", "1700000500 +0530", "-m", "rename\n\nBecause.");
        machine.Git("work", "checkout", "-q", "main");
        machine.Git("work", "merge", "-q", "--no-ff", "-m", "Merge pull request", "topic");
        machine.Git("work", "push", "-q", "origin", "main");

        ImportedEdit edit = Assert.Single(machine.Import("out.git").Edits);
        Assert.Equal(("main", 3, "rename"), (edit.Branch, edit.Files, edit.Subject));
        using (Repository repository = machine.Open())
        {
            Commit commit = repository.Objects.ReadCommit(edit.Commit);
            Assert.Equal("Reviewer <reviewer@example.org> 1700000500 +0530", commit.Author.ToString());
            Assert.StartsWith("C O Mitter", commit.Committer.ToString(), StringComparison.Ordinal);
            Assert.Equal("rename\n\nBecause.\n", commit.Message);
            Assert.Equal("web\n", Read(repository, "/etc/hostname"));
            Assert.Equal(0x1A4, repository.Images.Find("main:/etc/hostname").Entry.Mode);
            Assert.Throws<NotFoundException>(() => repository.Images.Find("main:/etc/default/keyboard"));
            ImagePath folder = repository.Images.Find("main:/etc/new/deep");
            Assert.Equal([(byte)'b', 0xFF, (byte)'d', .. ".conf"u8], Assert.Single(repository.Images.List(folder)).Name.ToArray());
        }

        // Once is enough; and what is published then takes the place of the edit, whose text it has.
        Assert.Empty(machine.Import("out.git").Edits);
        string edited = machine.Git("out.git", "rev-parse", "main:etc");
        Assert.True(Assert.Single(machine.Export("out.git").Changes).IsForced);
        Assert.Equal(edited, machine.Git("out.git", "rev-parse", "main:etc"));
        Assert.Empty(machine.Import("out.git").Edits);
        machine.DropCache();
        machine.Export("fresh.git");
        Assert.Equal(machine.Git("fresh.git", "rev-parse", "main"), machine.Git("out.git", "rev-parse", "main"));
    }

    [Theory]
    [InlineData("manifest.tsv", "manifest.tsv is generated")]
    [InlineData("packages.tsv", "packages.tsv is generated")]
    [InlineData("manifest/etc.tsv", "manifest/etc.tsv is generated")]
    [InlineData("usr/bin/tool", "usr/bin/tool is outside of etc/")]
    [InlineData("README.md", "README.md is outside of etc/")]
    [InlineData("etc/shadow", "etc/shadow was masked")]
    [InlineData("etc/binary", "etc/binary is in the image, and was not published")]
    [InlineData("etc/link", "etc/link is in the image, and was not published")]
    [InlineData("etc/%zz", "etc/%zz has a name that no export writes")]
    public void OtherEditsAreRefusedByName(string path, string reason)
    {
        using var machine = Published();
        Directory.CreateDirectory(Path.GetDirectoryName(machine.Files["work/" + path])!);
        File.AppendAllText(machine.Files["work/" + path], "mine\n");
        File.WriteAllText(machine.Files["work/etc/hostname"], "web\n");
        Push(machine);
        Refused(machine, reason);
    }

    [Fact]
    public void ContentsThatAreNoneAreRefused()
    {
        using var machine = Published();
        File.WriteAllBytes(machine.Files["work/etc/hostname"], [1, 0]);
        File.WriteAllText(machine.Files["work/etc/copy"], "root:<masked-by-mig>:1::\n");
        File.CreateSymbolicLink(machine.Files["work/etc/away"], "/root");
        File.Delete(machine.Files["work/etc/shadow"]);
        Push(machine);
        string message = Refused(machine, "etc/hostname is no longer text");
        Assert.Contains("etc/copy has <masked-by-mig> in it", message, StringComparison.Ordinal);
        Assert.Contains("etc/away is a symbolic link", message, StringComparison.Ordinal);
        Assert.Contains("etc/shadow was masked", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatChangedOnBothSidesIsRefusedAndTheRestIsNot()
    {
        using var machine = Published();
        machine.Write("main", "etc/hostname", "db\n");
        File.WriteAllText(machine.Files["work/etc/hostname"], "web\n");
        Push(machine);
        Assert.Contains("etc/hostname was changed in mig, too", Assert.Throws<ConflictException>(() => machine.Import("out.git")).Message,
            StringComparison.Ordinal);
        machine.Git("work", "reset", "-q", "--hard", "HEAD~");
        File.WriteAllText(machine.Files["work/etc/passwd"], "root:x:0:0:root:/root:/bin/bash\n");
        Push(machine);
        Assert.Equal("main", Assert.Single(machine.Import("out.git").Edits).Branch);
        using Repository repository = machine.Open();
        Assert.Equal("db\n", Read(repository, "/etc/hostname"));
        Assert.EndsWith("/bin/bash\n", Read(repository, "/etc/passwd"), StringComparison.Ordinal);
        Assert.True(Assert.Single(machine.Export("out.git").Changes).IsForced);
    }

    [Fact]
    public void ApprovalsBecomeTags()
    {
        using var machine = Published();
        machine.Git("out.git", "tag", "-a", "approved/1", "-m", "I looked at it.", "main");
        machine.Git("out.git", "tag", "light", "main");
        machine.Git("out.git", "notes", "--ref", "mig-approvals", "add", "-m", "Looks good.", "main");
        Tool.Run("git", "-C", machine.Files["out.git"], "-c", "user.name=Other", "-c", "user.email=o@example.org", "notes", "--ref",
            "later", "add", "-m", "And to me.", "main");
        File.WriteAllText(machine.Files["work/etc/hostname"], "web\n");
        machine.Git("work", "commit", "-q", "-a", "-m", "x");
        machine.Git("work", "push", "-q", "origin", "HEAD:refs/heads/topic");
        machine.Git("out.git", "tag", "-a", "approved/edit", "-m", "Not a version.", "topic");

        GitImportReport report = machine.Import("out.git");
        Assert.Empty(report.Edits);
        Assert.Contains("approved/edit", Assert.Single(report.Warnings), StringComparison.Ordinal);
        using (Repository repository = machine.Open())
        {
            CommitId main = repository.Revisions.ResolveCommit("main");
            Assert.Equal(["approved/1", "light", $"notes/later/{main.ToString()[..12]}", $"notes/mig-approvals/{main.ToString()[..12]}"],
                report.Tags.Select(tag => tag.Name).Order(StringComparer.Ordinal));
            Tag approved = ReadTag(repository, "approved/1"), note = ReadTag(repository, $"notes/later/{main.ToString()[..12]}");
            Assert.Equal((main.Value, "I looked at it.\n", "Reviewer"), (approved.Target, approved.Message, approved.Tagger.Name));
            Assert.Equal((main.Value, "And to me.\n", "Other"), (note.Target, note.Message, note.Tagger.Name));
        }

        Assert.Empty(machine.Import("out.git").Tags);
        string tag = machine.Git("out.git", "rev-parse", "approved/1");
        machine.Export("out.git");
        Assert.Equal(tag, machine.Git("out.git", "rev-parse", "approved/1"));
    }

    [Fact]
    public void ClaimsOfOthersAreNotBelieved()
    {
        using var machine = Published();
        string trailer = machine.Git("out.git", "log", "-1", "--format=%(trailers:key=Mig-Commit)", "main").Trim();
        string forged = machine.Git("out.git", "commit-tree", "-m", $"forged\n\n{trailer}", "main^{tree}").Trim();
        machine.Git("out.git", "tag", "-a", "approved/forged", "-m", "Trust me.", forged);
        machine.Git("out.git", "update-ref", "refs/heads/main", forged);
        Assert.Contains("is not made on a version that was published from here",
            Assert.Throws<ConflictException>(() => machine.Import("out.git")).Message, StringComparison.Ordinal);

        // Without the notes of this repository the claim is put to the proof, and the honest one stands it.
        machine.DropCache();
        Assert.Throws<ConflictException>(() => machine.Import("out.git"));
        machine.Git("out.git", "update-ref", "refs/heads/main", machine.Git("work", "rev-parse", "main").Trim());
        machine.Git("out.git", "tag", "honest", "main");
        machine.DropCache();
        GitImportReport report = machine.Import("out.git");
        Assert.Equal("honest", Assert.Single(report.Tags).Name);
        Assert.Contains("approved/forged", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(machine.Folder, "tmp")));
    }

    // A machine, published to out.git, which is cloned to work.
    private static Machine Published()
    {
        var machine = new Machine(files =>
        {
            File.WriteAllText(Path.Combine(files, "etc/shadow"), "root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz:1:0:99999:7:::\n");
            File.WriteAllBytes(Path.Combine(files, "etc/binary"), [1, 0, 2]);
            File.CreateSymbolicLink(Path.Combine(files, "etc/link"), "hostname");
        });
        machine.Export("out.git");
        Tool.Run("git", "clone", "-q", machine.Files["out.git"], machine.Files["work"]);
        return machine;
    }

    private static void Push(Machine machine)
    {
        machine.Git("work", "add", "-A", "-f");
        machine.Git("work", "commit", "-q", "-m", "an edit");
        machine.Git("work", "push", "-q", "--force", "origin", "main");
    }

    private static string Refused(Machine machine, string reason)
    {
        using Repository repository = machine.Open();
        CommitId before = repository.Revisions.ResolveCommit("main");
        string message = Assert.Throws<ConflictException>(() => machine.Import("out.git")).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        using Repository after = machine.Open();
        Assert.Equal(before, after.Revisions.ResolveCommit("main"));
        return message;
    }

    private static string Read(Repository repository, string path)
    {
        using var content = new MemoryStream();
        repository.Images.CopyContent(repository.Images.Find("main:" + path), content, TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(content.ToArray());
    }

    private static Tag ReadTag(Repository repository, string name) =>
        repository.Objects.ReadTag(new TagId(repository.Refs.Resolve(RefName.Tag(name))!.Value));
}
