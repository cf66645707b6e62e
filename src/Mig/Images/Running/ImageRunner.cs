using System.Diagnostics;
using System.Globalization;
using Mig.Core;
using Mig.Exchange.Hooks;
using Mig.History.Commits;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Images.Mounts;
using Mig.Images.Sessions;
using Mig.Store;
using Mig.Store.Locks;
using Mig.Versions.Commits;

namespace Mig.Images.Running;

/// <summary>
/// Runs a command in a dormant image, and makes a version of what it did (docs/decisions/0048-run.md). The disks are those of a session,
/// shown by FUSE and mounted by the kernel; the command sees the image, and nothing of this machine. Needs root and bubblewrap.
/// </summary>
public sealed class ImageRunner(Repository repository)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);

    /// <summary>Runs a command; its input, output and errors are those of this process.</summary>
    /// <exception cref="NotFoundException">There is no such branch.</exception>
    /// <exception cref="UnsupportedFeatureException">What it needs is not here, or the image is of a kind that cannot be run.</exception>
    /// <exception cref="ConflictException">The branch moved meanwhile; it is as it was.</exception>
    /// <exception cref="IOException">The volumes could not be mounted, or what was written is not known to be kept.</exception>
    public RunResult Run(RunRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Sandbox.Check(request);
        RefName branch = RefName.Branch(request.Branch);
        if (repository.Refs.Resolve(branch) is not { } tip)
            throw new NotFoundException($"there is no branch '{request.Branch}'");
        ImageId id = repository.Objects.ReadCommit(new CommitId(tip)).Image;
        var memory = new RunMemory(repository);
        ObjectId? key = RunMemory.KeyOf(id, request);
        if (request.Replays && key is { } known && Replay(branch, tip, memory, known, request, cancellation) is { } replayed)
            return replayed;
        Sandbox.Require();
        MachineImage image = repository.Objects.ReadImage(id);
        IReadOnlyList<RunMount> mounts = MachineVolumes.Find(repository, image, request.WithoutMounts);
        string name = $"run-{Guid.NewGuid():n}";
        repository.Sessions.Start(name, request.Branch, Life);
        try
        {
            int code = RunOn(name, mounts, request, cancellation);
            CommitResult? commit = code != 0 ? null
                : repository.Sessions.Commit(name, request.Message ?? string.Join(' ', request.Command), request.NoVerify, cancellation);
            if (key is { } now && commit?.Id is { } result && RunMemory.KeyOf(id, request) == key)
                memory.Add(now, result);
            return new RunResult(code, commit);
        }
        finally
        {
            repository.Sessions.Discard(name);
        }
    }

    /// <summary>
    /// Runs a command on a version and stores the image that comes of it, which no ref leads to: the caller holds a lock of
    /// <see cref="ObjectStore.Retain"/>.
    /// </summary>
    internal RunImage Make(CommitId from, RunRequest request, CancellationToken cancellation)
    {
        Sandbox.Check(request);
        ImageId id = repository.Objects.ReadCommit(from).Image;
        ObjectId? key = RunMemory.KeyOf(id, request);
        if (request.Replays && key is { } known && new RunMemory(repository).Find(known) is { } made)
            return new RunImage(0, repository.Objects.ReadCommit(made).Image, null);
        Sandbox.Require();
        IReadOnlyList<RunMount> mounts = MachineVolumes.Find(repository, repository.Objects.ReadImage(id), request.WithoutMounts);
        string name = $"run-{Guid.NewGuid():n}";
        repository.Sessions.Start(name, from.ToString(), Life);
        try
        {
            int code = RunOn(name, mounts, request, cancellation);
            if (code != 0)
                return new RunImage(code, null, null);
            using OpenSession session = repository.Sessions.Open(name);
            MachineImage image = SessionImage.Store(repository, session, cancellation);
            using ObjectWriter writer = repository.Store.BeginWrite(repository.StoreOptions);
            ImageId result = image.Write(writer);
            writer.Complete();
            return new RunImage(0, result, key is { } now && RunMemory.KeyOf(id, request) == now ? now : null);
        }
        finally
        {
            repository.Sessions.Discard(name);
        }
    }

    private RunResult? Replay(
        RefName branch, ObjectId tip, RunMemory memory, ObjectId key, RunRequest request, CancellationToken cancellation)
    {
        using FileLock retained = repository.Store.Retain();
        return memory.Find(key) is { } made
            ? new RunResult(0, new RunReplay(repository).Run(branch, tip, made, request, cancellation), made) : null;
    }

    private int RunOn(string name, IReadOnlyList<RunMount> mounts, RunRequest request, CancellationToken cancellation)
    {
        using OpenSession session = repository.Sessions.Open(name);
        using var folder = new RunFolder(request.Network);
        int code;
        using (ImageMount mount = new ImageMounter(repository).MountSession(session, folder.Disks))
        {
            try
            {
                code = RunMounted(folder, mounts, request, cancellation);
            }
            finally
            {
                // Whatever ended it, the kernel lets go of the disks a moment later.
                mount.WaitUntilClosed(Patience);
            }
        }

        session.Flush();
        return code;
    }

    private static int RunMounted(RunFolder folder, IReadOnlyList<RunMount> mounts, RunRequest request, CancellationToken cancellation)
    {
        // The signal of a parent's death, and a mount namespace: whatever ends this process ends all of it.
        List<string> arguments = ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "sh", "-c", RunScript.Main,
            "mig-run",
            folder.Path, mounts.Count.ToString(CultureInfo.InvariantCulture)];
        foreach (RunMount mount in mounts)
        {
            arguments.AddRange([Path.Combine(folder.Disks, mount.Disk), mount.Range.Offset.ToString(CultureInfo.InvariantCulture),
                mount.Range.Length.ToString(CultureInfo.InvariantCulture), mount.Types, mount.Path]);
        }

        arguments.AddRange(Sandbox.Command(folder, mounts, request));
        using Process process = ChildSignals.Start(new ProcessStartInfo("setpriv", arguments) { UseShellExecute = false });
        using (cancellation.Register(process.Kill))
            process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return folder.ReadExitCode()
            ?? throw new IOException(
                $"the command did not run, or its volumes could not be unmounted (exit code {process.ExitCode}); see above");
    }
}
