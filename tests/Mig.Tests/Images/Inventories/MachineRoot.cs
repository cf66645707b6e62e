using Mig.Core;
using Mig.History.Images;
using Mig.Images.Inventories;
using Mig.Machines.Inventories;
using Mig.Testing;
using Mig.Tests.Support;

namespace Mig.Tests.Images.Inventories;

/// <summary>The files of a machine that a test makes, and what mig sees of them in a disk.</summary>
internal sealed class MachineRoot : IDisposable
{
    private readonly TestRepository _repository = new();

    public MachineRoot() => Directory.CreateDirectory(Path);

    /// <summary>Where the machine's root is on the host.</summary>
    public string Path => _repository.Files["root"];

    public TestFolder Files => _repository.Files;

    public string RepositoryFolder => _repository.Folder;

    /// <summary>Writes a file of the machine, and the folders that it needs.</summary>
    public void Write(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));

    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string file = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Runs a script with the machine's root as its working directory and <c>$work</c> beside it.</summary>
    public string Run(string script) => Tool.Run("bash", "-euc", $"work='{Files.Path}' root='{Path}'; cd '{Path}'; {script}");

    /// <summary>Makes a disk of the files and commits it.</summary>
    public CommitId Commit()
    {
        string disk = Files["disk"];
        File.Delete(disk);
        Tool.Run("mke2fs", "-F", "-q", "-t", "ext4", "-d", Path, disk, "96M");
        _repository.Commit("disk");
        using Repository repository = Open();
        return repository.Revisions.ResolveCommit("HEAD");
    }

    public Repository Open() => _repository.Open();

    /// <summary>The disk of the last commit.</summary>
    public string Disk => Files["disk"];

    /// <summary>Takes the inventory of HEAD.</summary>
    public Inventory Take()
    {
        using Repository repository = Open();
        MachineImage image = repository.Objects.ReadImage(repository.Revisions.ResolveImage("HEAD"));
        return new InventoryReader(repository).Read(image, null, "HEAD", TestContext.Current.CancellationToken);
    }

    public Inventory CommitAndTake()
    {
        Commit();
        return Take();
    }

    public void Dispose() => _repository.Dispose();
}
