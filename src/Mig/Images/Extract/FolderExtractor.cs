using Microsoft.Win32.SafeHandles;
using Mig.Core;
using Mig.Core.Host;
using Mig.History.Trees;
using Mig.History.Trust;
using Mig.Images.Extract.Folders;

namespace Mig.Images.Extract;

/// <summary>
/// Extracts files and trees of a version into a folder of the host. Everything is made in a folder of its own first, and gets its final
/// name when all of it is whole. Nothing in an image leads out of the destination: names are checked, and the kernel is told to follow no
/// link.
/// </summary>
public sealed class FolderExtractor(Repository repository)
{
    /// <summary>Extracts into a folder, or under a new name, by the rules of <c>cp</c>.</summary>
    /// <exception cref="ConflictException">A name is taken, and nothing may be replaced.</exception>
    /// <exception cref="CorruptImageException">A name in the image can stand on no file system.</exception>
    /// <exception cref="IOException">Something cannot be made or written; what was there is as it was.</exception>
    public ExtractResult Extract(ExtractRequest request, string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Destination destination = Destination.Choose(request.Sources, path);
        using HostFolder folder = HostFolder.Open(destination.Folder);
        CheckFree(folder, destination, request.Overwrite);
        request.Progress.Begin("reading names", 0);

        // The root of a volume has no name; in the staging folder it needs one.
        byte[][] staged = [.. destination.Names.Select(name => name.Length == 0 ? "root"u8.ToArray() : name)];
        ExtractPlan plan = new PlanBuilder(
            repository.Store, repository.Context.Limits, [.. request.Sources.Zip(staged)], !request.WithRepositories, cancellation).Build();
        request.Progress.Begin("extracting", plan.Bytes);
        new ListCheck(repository.Store).Require(plan.Files.Select(file => file.Entry), repository.Context.Parallelism, cancellation);
        var leftOut = new LeftOutCounter();
        var metadata = new MetadataWriter(!request.IsUnprivileged && HostUser.Id == HostUser.Root, leftOut);
        using var staging = Staging.Create(folder);
        new FolderContents(staging.Folder, metadata, leftOut, request.Progress)
            .Make(plan, repository.Store, repository.Context.Parallelism, cancellation);
        Finish(plan.Directories.Where(directory => directory.Parent is not null), staging.Folder, metadata, cancellation);
        var publisher = new Publisher(request.Overwrite, cancellation);
        if (request.Overwrite)
            // what is replaced must not be lost to a crash before the new bytes are on the medium
            _ = NativeCalls.SyncFileSystem(staging.Folder.Handle);
        for (int i = 0; i < staged.Length; i++)
            Publish(publisher, staging.Folder, staged[i], folder, destination.Names[i]);
        FinishPublished(plan, publisher, folder, destination, metadata, cancellation);
        return ExtractResult.Of(plan, path, null, leftOut.Sum() with { Repositories = plan.Repositories });
    }

    private static void CheckFree(HostFolder folder, Destination destination, bool overwrites)
    {
        if (overwrites)
            return;
        foreach (byte[] name in destination.Names)
        {
            if (name.Length == 0 && FolderListing.Read(folder).Find(item => !Publisher.IsMadeByFormat(item.Name)) is { Name: { } taken })
                throw new ConflictException(
                    $"folder {folder.DisplayPath} is not empty: it holds '{System.Text.Encoding.UTF8.GetString(taken)}'; choose an empty "
                    + "or a new one, or go into this one with --force");
            if (name.Length > 0 && folder.GetType(name) != FileType.Missing)
                throw Publisher.Taken(folder, name);
        }
    }

    private static void Publish(Publisher publisher, HostFolder staging, byte[] staged, HostFolder folder, byte[] name)
    {
        if (name.Length > 0)
        {
            publisher.Move(staging, staged, folder, name, name);
            return;
        }

        using HostFolder root = staging.OpenFolder(staged);
        publisher.MoveAll(root, folder, name);
    }

    // The last first: a directory whose mode keeps this user out is not entered any more.
    private static void Finish(IEnumerable<PlannedEntry> directories, HostFolder folder, MetadataWriter metadata,
        CancellationToken cancellation)
    {
        foreach (PlannedEntry directory in directories.Reverse())
        {
            cancellation.ThrowIfCancellationRequested();
            byte[] path = directory.Path();
            using SafeFileHandle handle = folder.OpenDirectory(path);
            metadata.Apply(handle, directory.Entry, folder.Display(path));
        }
    }

    // Moving them needs leave to write, and changes times: those at the top, and those that were there, come last.
    private static void FinishPublished(ExtractPlan plan, Publisher publisher, HostFolder folder, Destination destination,
        MetadataWriter metadata, CancellationToken cancellation)
    {
        var merged = publisher.Merged.ToHashSet();
        bool isRoot = destination.Names.Any(name => name.Length == 0);
        foreach (PlannedEntry directory in Enumerable.Reverse(plan.Directories))
        {
            byte[] path = directory.Path();
            if (isRoot)
                path = path.Length == 4 ? [] : path[5..]; // without "root/"
            if (directory.Parent is null || merged.Contains(PlannedEntry.Key(path)))
                Finish([directory with { Parent = null, Name = path }], folder, metadata, cancellation);
        }
    }
}
