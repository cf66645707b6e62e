using System.Globalization;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;
using Mig.Edits.Packages;
using Mig.Edits.Sealing;
using Mig.FileSystems;
using Mig.History.Images;
using Mig.History.Refs;
using Mig.Images.Running;
using Mig.Machines.Files;
using Mig.Store.Locks;
using Mig.Versions.Branches;
using Mig.Versions.Commits;

namespace Mig.Edits.Building;

/// <summary>Carries out the steps of a build on a branch that is its own, each as a commit.</summary>
/// <param name="branch">Made by the first step, and moved by each.</param>
internal sealed class BuildWork(
    Repository repository, BuildRequest request, BuildContext context, string branch, CancellationToken cancellation)
{
    private const string Reason = "build";

    private readonly RefName _ref = RefName.Branch(branch);

    /// <summary>The variables that ENV has set.</summary>
    public SortedDictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Carries out an instruction on a version.</summary>
    /// <param name="at">Null for FROM.</param>
    /// <param name="key">What stands for the step.</param>
    public CommitId Run(BuildLine line, CommitId? at, in ObjectId key)
    {
        DateTimeOffset start = repository.Context.Clock.GetUtcNow(); // by the kernel's clock, which the files have
        if (at is { } version)
            Begin().Update(_ref, null, version.Value, Reason).Commit();
        string message = $"{line.Title.Split('\n')[0]}\n\nMig-Build: {line.Title.ReplaceLineEndings(" ")}\n";
        var edit = new EditRequest { Branch = branch, Message = message, NoVerify = true, Progress = request.Progress };
        switch (line.Word)
        {
            case "FROM":
                MakeBase(line, message, key);
                break;
            case "RUN":
                RunCommand(line, message);
                break;
            case "COPY":
                new ImageEditor(repository).Commit(edit, image => Copy(line, image), cancellation);
                break;
            case "INSTALL":
                Install(line, edit);
                break;
            case "REMOVE":
                Require(line, new PackageRunner(repository).Remove(
                    new PackageRun(branch, message) { NoVerify = true }, line.Arguments, line.Options.ContainsKey("purge"), cancellation));
                break;
            default:
                new ImageSealer(repository).Run(
                    new SealRequest { Edit = edit, Enabled = line.Arguments.Count > 0 ? line.Arguments : null }, cancellation);
                break;
        }

        var made = new CommitId(repository.Refs.Resolve(_ref) ?? throw new NotFoundException($"the branch '{branch}' went away"));
        if (line.Word is not ("RUN" or "INSTALL" or "REMOVE") || Epoch is not { } epoch || at is not { } before || made == before)
            return made;
        using FileLock retained = repository.Store.Retain();
        CommitId settled = new RunSettler(repository, epoch, cancellation).Settle(before, made, start);
        Begin().Update(_ref, made.Value, settled.Value, Reason).Commit();
        return settled;
    }

    /// <summary>What an instruction reads beside the version before it, as words; equal for equal inputs.</summary>
    public IReadOnlyList<string> InputsOf(BuildLine line, CommitId? at)
    {
        switch (line.Word)
        {
            case "RUN":
                return [$"{Epoch}", .. Variables.Select(variable => $"{variable.Key}={variable.Value}")];
            case "COPY":
                return [.. line.Arguments.SkipLast(1).Select(source =>
                    BuildContext.DigestOf(context.Find(source), line.Options.ContainsKey("archive")).ToString())];
            case "INSTALL" when at is { } version
                && InstallOf(line, new EditRequest { Branch = version.ToString(), Message = "-" }) is { } install:
                return [.. new PackageInstaller(repository).FindFiles(install)
                    .Select(file => BuildContext.DigestOf(file, false).ToString())];
            default:
                return [];
        }
    }

    private void MakeBase(BuildLine line, string message, in ObjectId key)
    {
        BaseSpec spec = BaseSpec.Parse(request.File, line) ?? throw new InvalidOperationException("a version needs no disk");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mig-build-");
        try
        {
            string disk = new BaseDisk(repository.Context, folder.FullName, cancellation).Make(spec, key);
            List<Disks.DiskImage> disks = DiskOpener.Open([disk], "raw", [], repository.Folder, repository.Context.Limits, request.Progress,
                null, cancellation);
            try
            {
                new ImageCommitter(repository).Commit(
                    new CommitRequest
                    {
                        Disks = [], Message = message, NoVerify = true, AllowEmpty = true, Progress = request.Progress,
                        Opened = new OpenedDisks(disks, new Head(_ref, null), [null]),
                    },
                    cancellation);
            }
            finally
            {
                disks.ForEach(opened => opened.Dispose());
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private void RunCommand(BuildLine line, string message) => Require(line, new ImageRunner(repository).Run(
        new RunRequest
        {
            Branch = branch,
            Command = ["sh", "-c", line.Options.ContainsKey("net") ? line.Text["--net".Length..].Trim() : line.Text],
            Message = message,
            Network = line.Options.ContainsKey("net"),
            Variables = new Dictionary<string, string>(Variables),
            NoVerify = true,
            Replays = request.UsesMemory,
        },
        cancellation));

    private void Copy(BuildLine line, ImageEdit edit)
    {
        ImageVolume root = SystemVolume.FindDefault(repository.Store, edit.Before) ?? ImageVolumes.WithFiles(edit.Before).First().Volume;
        ImageDisk disk = edit.Before.Disks.First(disk => disk.Volumes.Contains(root));
        var runner = new OperationRunner(edit.OpenVolume(disk, root), edit.Clock);
        string target = line.Arguments[^1];
        if (!target.StartsWith('/'))
            throw new UsageException($"'{target}' is no path of the machine: it begins with '/'");
        var settings = new NodeSettings
        {
            Mode = line.Options.TryGetValue("chmod", out string? mode) ? ModeChange.Parse(mode) : null,
            Owner = line.Options.TryGetValue("chown", out string? owner) ? OwnerName.Parse(owner) : null,
        };
        foreach (string source in line.Arguments.SkipLast(1))
        {
            runner.Run(new PutOperation(System.Text.Encoding.UTF8.GetBytes(target), context.Find(source), settings,
                line.Options.ContainsKey("archive"), MakesParents: true,
                IntoDirectory: target.EndsWith('/') || line.Arguments.Count > 2));
        }
    }

    private void Install(BuildLine line, EditRequest edit)
    {
        var run = new PackageRun(branch, edit.Message) { NoVerify = true, Network = line.Options.ContainsKey("net") };
        if (InstallOf(line, edit) is not { } install)
        {
            Require(line, new PackageRunner(repository).Install(run, line.Arguments, cancellation));
            return;
        }

        var installer = new PackageInstaller(repository);
        if (installer.Install(install, cancellation) is { Edit: null, Packages.Count: > 0 })
            Require(line, new PackageRunner(repository).InstallFiles(run, installer.FindFiles(install), cancellation));
    }

    // The time of a build that is to be the same again.
    private long? Epoch => long.TryParse(repository.Context.Environment("SOURCE_DATE_EPOCH"), NumberStyles.None,
        CultureInfo.InvariantCulture, out long epoch) && epoch <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? epoch : null;

    private RefTransaction Begin() => repository.Refs.BeginTransaction(ReflogSignature.Of(repository));

    // Null for what the image's own apt finds.
    private InstallRequest? InstallOf(BuildLine line, EditRequest edit)
    {
        string[] files = [.. line.Arguments.Where(IsFile)], names = [.. line.Arguments.Where(name => !IsFile(name))];
        string? source = line.Options.GetValueOrDefault("source");
        if (names.Length > 0 && source is null)
        {
            return files.Length == 0 ? null
                : throw new UsageException($"'{names[0]}' is no file; '--source=DIR' says where names are found");
        }

        return new InstallRequest
        {
            Edit = edit, Files = [.. files.Select(context.Find)], Names = names, Folder = source is null ? null : context.Find(source),
        };

        static bool IsFile(string name) => name.EndsWith(".deb", StringComparison.Ordinal) || name.Contains('/', StringComparison.Ordinal);
    }

    private static void Require(BuildLine line, RunResult result)
    {
        if (result.ExitCode != 0)
            throw new ConflictException($"{line.Word} ended with {result.ExitCode}; nothing of this step is kept");
    }
}
