using Mig.Core;
using Mig.Edits;
using Mig.Edits.Changes;
using Mig.Edits.Operations;
using Mig.History.Revisions;
using Mig.Testing;
using Mig.Tests.Support;
using Mig.Versions.Commits;

namespace Mig.Git.Tests;

/// <summary>A repository with a small machine in it, and Git repositories beside it. <c>git</c> is the judge.</summary>
internal sealed class Machine : IDisposable
{
    private readonly TestRepository _repository = new();

    /// <param name="prepare">Adds to the folder of files that the disk is made from.</param>
    public Machine(Action<string>? prepare = null)
    {
        string files = Files["files"];
        Directory.CreateDirectory(Path.Combine(files, "etc/default"));
        Directory.CreateDirectory(Path.Combine(files, "usr/bin"));
        File.WriteAllText(Path.Combine(files, "etc/os-release"), "ID=test\nPRETTY_NAME=\"Test 1\"\n");
        File.WriteAllText(Path.Combine(files, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        File.WriteAllText(Path.Combine(files, "etc/hostname"), "golden\n");
        File.WriteAllText(Path.Combine(files, "etc/default/keyboard"), "XKBLAYOUT=us\n");
        File.WriteAllText(Path.Combine(files, "usr/bin/tool"), "a program\n");
        Tool.Run("chmod", "4755", Path.Combine(files, "usr/bin/tool"));
        prepare?.Invoke(files);
        Tool.Run("mke2fs", "-q", "-F", "-t", "ext4", "-N", "9000", "-d", files, Files["disk.raw"], "40M");
        Commit("first");
    }

    public TestFolder Files => _repository.Files;

    public string Folder => _repository.Folder;

    public Repository Open() => _repository.Open();

    public void Commit(string message) => _repository.Commit(new CommitRequest { Disks = [Files["disk.raw"]], Message = message });

    /// <summary>Changes files of a branch, as a new version.</summary>
    public CommitId Edit(string branch, string message, params EditOperation[] operations)
    {
        using Repository repository = Open();
        EditResult result = new ImageEditor(repository).Commit(new EditRequest { Branch = branch, Message = message }, edit =>
        {
            var changes = new VolumeChanges(repository, edit, branch, PathSpec.Root);
            foreach (EditOperation operation in operations)
                changes.Run(new PlacedOperation(PathSpec.Root, operation));
        });
        return result.Id!.Value;
    }

    public CommitId Write(string branch, string path, string content, string message = "a change") =>
        Edit(branch, message, new WriteOperation(System.Text.Encoding.UTF8.GetBytes(path),
            new BytesContent(System.Text.Encoding.UTF8.GetBytes(content)), NodeSettings.None, MakesParents: true));

    public GitExportReport Export(string name, GitExportOptions? options = null)
    {
        using Repository repository = Open();
        return new GitExporter(repository, options ?? new GitExportOptions()).ExportTo(Files[name], TestContext.Current.CancellationToken);
    }

    public GitImportReport Import(string name, GitImportOptions? options = null)
    {
        using Repository repository = Open();
        return new GitImporter(repository, options ?? new GitImportOptions())
            .ImportFrom(Files[name], TestContext.Current.CancellationToken);
    }

    /// <summary>Runs <c>git</c> in a repository beside the disks.</summary>
    public string Git(string name, params string[] arguments) =>
        Tool.Run("git", ["-C", Files[name], "-c", "user.name=Reviewer", "-c", "user.email=reviewer@example.org", .. arguments]);

    /// <summary>Forgets what was computed here.</summary>
    public void DropCache() => Directory.Delete(Path.Combine(Folder, "cache"), recursive: true);

    public void Dispose() => _repository.Dispose();
}
