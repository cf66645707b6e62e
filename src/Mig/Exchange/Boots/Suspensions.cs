using System.Text;
using Mig.Core;
using Mig.History.Images;
using Mig.History.Trees;
using Mig.Machines.Files;
using Mig.Versions.Commits;

namespace Mig.Exchange.Boots;

/// <summary>The suspended machines among versions.</summary>
internal sealed class Suspensions(Repository repository)
{
    /// <summary>Finds the machine that goes on; says so, or why it does not.</summary>
    /// <param name="isWritten">Whether its disks are not those of the version any more.</param>
    /// <returns>Null when the version has none, or it starts afresh.</returns>
    /// <exception cref="CorruptStoreException">BOOT-001: what describes it is damaged.</exception>
    public SuspendedMachine? Find(BootRequest request, MachineImage image, bool isWritten)
    {
        IReadOnlyList<TreeEntry> entries = ImageAttachments.Read(repository.Store, image);
        if (request.IsCold || !ImageAttachments.HaveMemory(entries))
            return null;
        TreeEntry entry = Entry(entries, ImageAttachments.MachineName);
        if (entry.Size > SuspendedMachine.MostBytes)
            throw new CorruptStoreException("BOOT-001", $"attachment {ImageAttachments.MachineName}: {entry.Size} bytes found, at most "
                + $"{SuspendedMachine.MostBytes} allowed; --cold starts the machine afresh");
        using var text = new MemoryStream();
        Contents.Copy(entry, text);
        SuspendedMachine machine = SuspendedMachine.Parse(Encoding.UTF8.GetString(text.ToArray()));
        string? fault = isWritten ? "the session was written to since"
            : !machine.Disks.SequenceEqual(image.Disks.Select(SuspendedMachine.Disk.Of)) ? "it had other disks"
            : null;
        if (fault is null)
            return machine;
        request.Say($"the machine starts afresh, and what it remembered when it was suspended is left out: {fault}");
        return null;
    }

    /// <summary>Gives the memory of a version's machine to who takes it.</summary>
    public void CopyMemory(MachineImage image, Stream to, CancellationToken cancellation)
    {
        TreeEntry entry = Entry(ImageAttachments.Read(repository.Store, image), ImageAttachments.MemoryName);
        Contents.Prefetch([entry]);
        Contents.Copy(entry, to, cancellation);
    }

    /// <summary>Returns what a suspended machine has beside its disks.</summary>
    /// <param name="machine">Its disks are left open.</param>
    public static IReadOnlyList<AttachedFile> Attach(SuspendedMachine machine, IByteSource memory) =>
    [
        new AttachedFile(ImageAttachments.MemoryName, "") { Source = memory },
        new AttachedFile(ImageAttachments.MachineName, "")
        {
            Make = disks => Encoding.UTF8.GetBytes((machine with { Disks = [.. disks.Select(SuspendedMachine.Disk.Of)] }).ToText()),
        },
    ];

    private FileContents Contents => new(repository.Store, repository.Context.Parallelism);

    private static TreeEntry Entry(IReadOnlyList<TreeEntry> entries, string name) =>
        entries.First(entry => ImageAttachments.NameOf(entry) == name);
}
