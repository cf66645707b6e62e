using Mig.Core;
using Mig.Edits;
using Mig.History.Images;
using Mig.Store;
using Mig.Store.Locks;

namespace Mig.Images.Sessions;

/// <summary>
/// Changes files of a session's disks through the writers of all edits. What is changed goes into new layers, which the session has in one
/// step at the end: all of it or nothing, whatever happens on the way.
/// </summary>
internal sealed class SessionEdit(Repository repository)
{
    private const int StepSize = 1 << 20;

    /// <param name="session">Held; opened again to see what was changed.</param>
    /// <param name="apply">Makes the changes; when it throws, nothing has happened.</param>
    public void Run(OpenSession session, Action<ImageEdit> apply, CancellationToken cancellation)
    {
        using FileLock retained = repository.Store.Retain();
        MachineImage image = SessionImage.Store(repository, session, cancellation);
        using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
        using var edit = new ImageEdit(
            new EditBase(repository, image), writer, repository.Context.Parallelism, NoProgress.Instance, cancellation: cancellation);
        apply(edit);
        Dictionary<string, EditedDisk> changed = edit.GetChanges().ToDictionary(disk => disk.Name);
        if (changed.Values.All(disk => disk.Ranges.Count == 0))
            return;
        repository.Sessions.Replace(session, disks =>
        {
            for (int i = 0; i < disks.Count; i++)
            {
                if (changed.TryGetValue(image.Disks[i].Name, out EditedDisk? disk))
                    Copy(disk, disks[i], cancellation);
            }
        });
    }

    private static void Copy(EditedDisk from, SessionDisk to, CancellationToken cancellation)
    {
        byte[] buffer = new byte[StepSize];
        foreach (ByteRange range in from.Ranges)
        {
            for (long offset = range.Offset; offset < range.End; offset += StepSize)
            {
                cancellation.ThrowIfCancellationRequested();
                var step = ByteRange.FromBounds(offset, Math.Min(range.End, offset + StepSize));
                Span<byte> bytes = buffer.AsSpan(0, (int)step.Length);
                from.Content.ReadExactly(step.Offset, bytes);
                if (ZeroBytes.IsZero(bytes))
                    to.Zero(step);
                else
                    to.Write(step.Offset, bytes);
            }
        }
    }
}
